import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random, ReluctantError } from '../../src/core';
import {
  assemblePaths,
  auditLeakage,
  combinatorialPurged,
  type Fold,
  type LabelIntervals,
  purgedKFold,
  purgedTraining,
  walkForward,
} from '../../src/evaluation';
import peers from './reference/peers.json';

const days = Array.from({ length: 10 }, (_, k) => k);
const ends = days.map((day) => day + 2);
const code = (wanted: string) => (error: unknown) => error instanceof ReluctantError && error.code === wanted;

test('purgedTraining of 10 labels [i, i+2] in 2 folds leaves {7,8,9} and {0,1,2}', () => {
  assert.deepEqual([...purgedTraining(days, ends, [0, 1, 2, 3, 4])], [7, 8, 9]);
  assert.deepEqual([...purgedTraining(days, ends, [5, 6, 7, 8, 9])], [0, 1, 2]);
});

test('purgedTraining drops exactly the labels that meet a test label, for any intervals', () => {
  const interval = fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(fc.array(interval, { minLength: 1, maxLength: 40 }), fc.func(fc.boolean()), (intervals, isTest) => {
      const starts = intervals.map(([start]) => start);
      const ends = intervals.map(([start, length]) => start + length);
      const testRows = starts.map((_, k) => k).filter((k) => isTest(k));
      const meets = (k: number) => testRows.some((t) => starts[k]! <= ends[t]! && starts[t]! <= ends[k]!);
      const expected = starts.map((_, k) => k).filter((k) => !meets(k));
      assert.deepEqual([...purgedTraining(starts, ends, testRows)], expected);
    }),
  );
});

/** Panels of several symbols with labels of differing length, some of them on one date, in random order. */
function randomLabels(
  random: Random,
  rows: number,
  span: number,
): LabelIntervals & { date: number[]; symbol: string[] } {
  const start = Array.from({ length: rows }, () => random.integer(0, span));
  const date = start.map((day) => day - random.integer(0, 1));
  return {
    start,
    end: start.map((day) => day + random.integer(0, 6)),
    date,
    symbol: start.map((_, k) => 'ABC'[k % 3]!),
  };
}

/** Every pair looked at, with nothing clever. */
function leaks({ training, test: tested }: Fold, { start, end, date }: LabelIntervals & { date: number[] }): string[] {
  const found = new Set<string>();
  for (const a of training)
    for (const b of tested) {
      if (a === b) found.add('same-sample');
      if (tested.includes(a)) continue; // on both sides, which is the worse finding
      if (date[a] === date[b]) found.add('same-date');
      if (start[a]! <= end[b]! && start[b]! <= end[a]!) found.add('label-overlap');
    }
  return [...found].sort();
}

test('no training label meets a test label and no date is on both sides, in 10,000 random label sets and every split', () => {
  const random = new Random(20261126);
  let checked = 0;
  for (let world = 0; world < 10_000; world++) {
    const labels = randomLabels(random, random.integer(12, 30), random.integer(10, 40));
    const makers: (() => readonly Fold[])[] = [
      () => purgedKFold(labels, { folds: random.integer(2, 4), embargo: random.integer(0, 3) }),
      () => combinatorialPurged(labels, { groups: 4, testGroups: 2 }).folds,
      () => walkForward(labels, { first: random.integer(3, 6), test: random.integer(1, 3), gap: random.integer(0, 2) }),
    ];
    let folds: readonly Fold[];
    try {
      folds = makers[world % 3]!();
    } catch (error) {
      assert.ok(code('split-empty')(error) || code('too-few-dates')(error), String(error));
      continue;
    }
    for (const fold of folds) {
      assert.deepEqual(leaks(fold, labels), []);
      if (world % 3 < 2) {
        const parts = [...fold.training, ...fold.test, ...fold.purged, ...fold.embargoed].sort((a, b) => a - b);
        assert.deepEqual(
          parts,
          Array.from(labels.start, (_, k) => k),
          'each sample is in one part',
        );
      } else
        assert.ok(
          Math.max(...Array.from(fold.training, (k) => labels.date[k]!)) <
            Math.min(...Array.from(fold.test, (k) => labels.date[k]!)),
        );
      checked++;
    }
    assert.deepEqual(auditLeakage(folds, labels, { forwardOnly: world % 3 === 2 }), []);
  }
  assert.ok(checked > 15_000, String(checked));
});

test('auditLeakage finds what comparing every pair finds, in splits that leak', () => {
  const random = new Random(7);
  for (let world = 0; world < 300; world++) {
    const labels = randomLabels(random, 20, 30);
    const side = labels.date.map(() => random.integer(0, 3));
    const rows = [...side.keys()];
    const fold = {
      training: Int32Array.from(rows.filter((k) => side[k]! < 2 || side[k] === 3)),
      test: Int32Array.from(rows.filter((k) => side[k]! >= 2)),
      purged: new Int32Array(),
      embargoed: new Int32Array(),
    };
    if (fold.training.length === 0 || fold.test.length === 0) continue;
    assert.deepEqual(
      auditLeakage(fold, labels)
        .map(({ kind }) => kind)
        .sort(),
      leaks(fold, labels),
    );
  }
});

test('auditLeakage names the rows, sees training within the embargo and after the test, and refuses rows that are none', () => {
  const labels = { start: days, end: days, symbol: days.map(() => 'ABC') };
  const fold = { training: [0, 1, 2, 6, 9], test: [4, 5] };
  assert.deepEqual(auditLeakage(fold, labels), []);
  const [leak] = auditLeakage(fold, labels, { embargo: 2 });
  assert.deepEqual(
    [leak!.kind, leak!.count, leak!.share, leak!.training, leak!.test],
    ['within-embargo', 1, 0.2, 6, 5],
  );
  assert.match(leak!.words, /training ABC row 6, label 6 to 6; test ABC row 5/);
  assert.deepEqual(
    auditLeakage(fold, labels, { forwardOnly: true }).map(({ kind, count }) => [kind, count]),
    [['trains-on-later', 2]],
  );
  assert.throws(() => auditLeakage({ training: [0], test: [10] }, labels), code('row-out-of-range'));
  assert.throws(() => auditLeakage({ training: [0.5], test: [1] }, labels), code('row-out-of-range'));
});

test('an unshuffled k-fold with a label a day long on labels of five days leaks, and the audit says how much', () => {
  const start = Array.from({ length: 100 }, (_, k) => k);
  const assumed = purgedKFold({ start, end: start.map((k) => k + 1) }, { folds: 5 });
  const found = auditLeakage(assumed, { start, end: start.map((k) => k + 5) });
  assert.deepEqual(
    found.map(({ kind, count }) => [kind, count]),
    [4, 8, 8, 8, 4].map((count) => ['label-overlap', count]),
  );
});

test('the number of backtest paths is C(N - 1, k - 1), and each path predicts every sample once out of sample', () => {
  const start = Array.from({ length: 120 }, (_, k) => Math.floor(k / 2));
  const labels = { start, end: start.map((day) => day + 1) };
  const counts = [1, 2, 3, 4, 5].map(
    (testGroups) => combinatorialPurged(labels, { groups: 6, testGroups }).paths.length,
  );
  assert.deepEqual(counts, [1, 5, 10, 10, 5]);
  const split = combinatorialPurged(labels, { groups: 6, testGroups: 2 });
  assert.equal(split.folds.length, peers.splits.skfolio.splits);
  assert.equal(split.paths.length, peers.splits.skfolio.paths);
  const histories = assemblePaths(
    split,
    split.folds.map(({ test: rows }, fold) => Array.from(rows, () => fold)),
  );
  for (const [path, history] of histories.entries())
    history.forEach((fold, row) => {
      assert.ok(split.folds[fold]!.test.includes(row) && !split.folds[fold]!.training.includes(row), `${path} ${row}`);
    });
  // No fold predicts one group in two paths.
  for (const [g] of split.groups.entries()) assert.equal(new Set(split.paths.map((path) => path[g])).size, 5);
  assert.throws(() => assemblePaths(split, [[1]]), code('length-mismatch'));
});

test('purgedcv makes the same folds where its half-open labels are made closed ones', () => {
  const { starts, ends: closed, purgedcv } = peers.splits;
  // A label that ends with day 5 meets one that starts on day 5 here and not there.
  const labels = { start: starts, end: closed.map((end) => end - 0.5) };
  const list = (folds: readonly Fold[]) =>
    folds.map(({ training, test: rows }) => ({ training: [...training], test: [...rows] }));
  assert.deepEqual(list(purgedKFold(labels, { folds: 5 })), purgedcv.purgedKFold);
  // Its window of three days begins with the end itself.
  assert.deepEqual(list(purgedKFold(labels, { folds: 5, embargo: 4 })), purgedcv.embargoedKFold);
  const byTest = (folds: { training: number[]; test: number[] }[]) => folds.map((fold) => JSON.stringify(fold)).sort();
  assert.deepEqual(byTest(list(combinatorialPurged(labels).folds)), byTest(purgedcv.combinatorial));
});

test('walk-forward folds move along, with a window, a gap and steps', () => {
  const labels = { start: days, end: days };
  const dates = (folds: Fold[]) => folds.map(({ training, test: rows }) => [[...training], [...rows]]);
  assert.deepEqual(dates(walkForward(labels, { first: 4, test: 2, window: 3, gap: 1, step: 3 })), [
    [
      [1, 2],
      [4, 5],
    ],
    [
      [4, 5],
      [7, 8],
    ],
  ]);
});

test('what cannot be split is refused: too few dates, empty training, labels that end before they start', () => {
  assert.throws(() => purgedKFold({ start: [1, 1, 1], end: [1, 1, 1] }), code('too-few-dates'));
  assert.throws(() => purgedKFold({ start: days, end: days.map(() => 99) }, { folds: 2 }), code('split-empty'));
  assert.throws(() => purgedKFold({ start: [2, 3], end: [1, 3] }), code('interval-backwards'));
  assert.throws(() => purgedKFold({ start: days, end: [1] }), code('length-mismatch'));
  assert.throws(() => purgedKFold({ start: days, end: days }, { fold: 3 } as never), /did you mean "folds"/);
  assert.throws(() => walkForward({ start: days, end: days }, { first: 9, test: 3 }), code('too-few-dates'));
});
