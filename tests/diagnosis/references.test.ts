import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { Random, tf } from '../../src/core';
import { chanceOfChiSquare, dependence } from '../../src/diagnosis/evidence/dependence';
import { chanceOfDistance } from '../../src/diagnosis/evidence/features';
import { shortfallOf } from '../../src/diagnosis/evidence/harm';
import {
  bestReach,
  type Matrix,
  type ReferenceTask,
  references,
  rememberedReferences,
  rowErrors,
  straightLine,
} from '../../src/diagnosis/evidence/references';
import { boostedTrees } from '../../src/diagnosis/evidence/references/boostedTrees';
import { logisticLine } from '../../src/diagnosis/evidence/references/logistic';
import { nearestNeighbours } from '../../src/diagnosis/evidence/references/neighbours';
import { patternColumns } from '../../src/diagnosis/evidence/references/patterns';
import { targetKind } from '../../src/diagnosis/evidence/targetKind';

const peer = JSON.parse(fs.readFileSync(path.join(__dirname, 'reference', 'references.json'), 'utf8')) as {
  inputs: number[][];
  targets: number[];
  line: number[];
  neighbours: number[];
  treesSkill: number;
  chances: [number, number, number, number][];
  chiSquare: [number, number, number][];
};

const matrix = (rows: readonly (readonly number[])[]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0]!.length,
});
const x = matrix(peer.inputs.slice(0, 600));
const z = matrix(peer.inputs.slice(600));
const y = matrix(peer.targets.slice(0, 600).map((value) => [value]));

test('the line is the ridge regression of scikit-learn 1.9.1, the neighbours its mean of twelve', () => {
  const [line] = straightLine(x, y, [z]);
  const [neighbours] = nearestNeighbours(x, y, [z]);
  for (const [k, value] of line!.values.entries())
    assert.ok(Math.abs(value - peer.line[k]!) < 1e-3, `${value} ${peer.line[k]}`);
  for (const [k, value] of neighbours!.values.entries())
    assert.ok(Math.abs(value - peer.neighbours[k]!) < 1e-4, String(k));
});

test('the trees do about as well on other rows as the histogram boosting of scikit-learn 1.9.1', () => {
  const [told] = boostedTrees(x, y, [z], 'identity');
  const truth = peer.targets.slice(600);
  const center = y.values.reduce((a, b) => a + b, 0) / y.rows;
  const skill =
    1 -
    truth.reduce((sum, value, k) => sum + (value - told!.values[k]!) ** 2, 0) /
      truth.reduce((sum, value) => sum + (value - center) ** 2, 0);
  assert.ok(Math.abs(skill - peer.treesSkill) < 0.05, `${skill} against ${peer.treesSkill}`);
});

test('chances are those of SciPy 1.17.1', () => {
  for (const [distance, first, second, chance] of peer.chances)
    assert.ok(Math.abs(chanceOfDistance(distance, first, second) - chance) < 1e-6);
  // Wilson and Hilferty's cube root is good to a few thousandths.
  for (const [value, degrees, chance] of peer.chiSquare)
    assert.ok(Math.abs(chanceOfChiSquare(value, degrees) - chance) < 5e-3, `${value} ${degrees}`);
});

test('what a reference reaches is measured on rows it was not fitted to: noise reaches nothing', () => {
  const random = new Random(3);
  const noise = (rows: number, columns: number): Matrix => ({
    values: Float64Array.from({ length: rows * columns }, () => random.normal()),
    rows,
    columns,
  });
  const reached = references({
    inputs: noise(400, 6),
    targets: noise(400, 1),
    validation: { inputs: noise(200, 6), targets: noise(200, 1) },
    measure: 'squared',
    classes: false,
    isOneOfMany: false,
  });
  for (const { by, skill } of [...reached.training, ...reached.validation]) assert.ok(skill < 0.05, `${by} ${skill}`);
});

test('harm asks for a shortfall beyond a margin and beyond chance', () => {
  const reached = references({ inputs: x, targets: y, measure: 'squared', classes: false, isOneOfMany: false });
  const best = bestReach(reached, 'training')!;
  const constant = reached.training.find(({ by }) => by === 'constant')!;
  const of = (errors: Float64Array) => shortfallOf(errors, Number.NaN, best, constant, 'training');
  assert.equal(of(best.errors), undefined);
  assert.equal(of(best.errors.map((error) => error * 1.01)), undefined, 'a hundredth more is no harm');
  assert.equal(of(constant.errors)!.by, best.by);
  assert.equal(of(constant.errors.map(() => Number.NaN))!.deviations, Infinity);
});

test('a head that is right no more often than the most frequent class is harmed where a reference loses much less, few rows or not', () => {
  const rows = Array.from({ length: 60 }, (_, k) => k);
  const reach = (errors: number[], hitShare: number) => ({
    by: 'trees' as const,
    errors: Float64Array.from(errors),
    skill: 1 - errors.reduce((a, b) => a + b, 0) / (0.6 * errors.length),
    predictions: matrix([[0]]),
    hitShare,
  });
  const constant = reach(
    rows.map(() => 0.6),
    0.72,
  );
  const trees = reach(
    rows.map((row) => (row % 10 === 0 ? 0.9 : 0.3)),
    0.8,
  );
  const own = Float64Array.from(rows, (row) => (row % 3 === 0 ? 0.65 : 0.55));
  assert.equal(shortfallOf(own, 0.72, trees, constant, 'training')?.by, 'trees');
  assert.equal(shortfallOf(own, 0.79, trees, constant, 'training'), undefined, 'about as often right');
});

test('outputs of one class of many are measured after they are scaled, as the loss does: forties are uniform', () => {
  const targets = matrix([
    [1, 0, 0],
    [0, 1, 0],
  ]);
  const forties = matrix([
    [40, 40, 40],
    [40, 40, 40],
  ]);
  const [first] = rowErrors('one-log', targets, forties);
  assert.ok(Math.abs(first! - Math.log(3)) < 1e-9);
});

test('targets are told apart by themselves', () => {
  assert.equal(targetKind([0, 1, 1, 0], 1), 'yes-or-no');
  assert.equal(targetKind([0, 1, 1, 0], 2), 'one-of-many');
  assert.equal(targetKind([1, 1, 0, 0], 2), 'several-labels');
  assert.equal(targetKind([0.3, 0.7, 0.5, 0.5], 2), 'probabilities');
  assert.equal(targetKind([0, 1, 2, 1, 2, 0], 1), 'class-numbers');
  assert.equal(targetKind([0.5, 1.5, -2], 1), 'numbers');
  assert.equal(targetKind([7, 7, 7], 1), 'constant');
});

test('dependence sees bent relations, and rows that were joined some rows off', () => {
  const random = new Random(9);
  const rows = 500;
  const column = Float64Array.from({ length: rows }, () => random.normal());
  const inputs: Matrix = { values: column, rows, columns: 1 };
  const of = (values: Float64Array) => dependence(inputs, { values, rows, columns: 1 }, 0, true);
  assert.ok(of(column.map((value) => value * value + random.normal())).chance < 1e-3);
  const unrelated = of(column.map(() => random.normal()));
  assert.ok(unrelated.chance > 0.01 && unrelated.shift === undefined);
  const late = of(column.map((_, row) => column[Math.max(0, row - 2)]! + 0.3 * random.normal()));
  assert.ok(late.chance > 1e-3);
  assert.equal(late.shift!.rows, 2);
  tf.disposeVariables();
});

test('the logistic line recovers the weights that drew its classes, as yes or no and as one of two', () => {
  const random = new Random(31);
  const rows = Array.from({ length: 4000 }, () => [random.normal(), random.normal()]);
  const chance = ([a, b]: readonly number[]) => 1 / (1 + Math.exp(-(1.5 * a! - 0.8 * b! + 0.3)));
  const yes = rows.map((row) => Number(random.uniform() < chance(row)));
  const probe = [
    [0, 0],
    [1, 1],
    [-1, 0.5],
  ];
  const [one] = logisticLine(matrix(rows), matrix(yes.map((value) => [value])), [matrix(probe)], false);
  const [two] = logisticLine(matrix(rows), matrix(yes.map((value) => [1 - value, value])), [matrix(probe)], true);
  probe.forEach((row, k) => {
    assert.ok(Math.abs(one!.values[k]! - chance(row)) < 0.04, `${one!.values[k]} ${chance(row)}`);
    assert.ok(Math.abs(two!.values[2 * k + 1]! - chance(row)) < 0.04, `${two!.values[2 * k + 1]} ${chance(row)}`);
  });
});

test('random filters tell which of two patterns is hidden somewhere, where the values in their places do not', () => {
  const random = new Random(32);
  const draw = (count: number) => {
    const classes = Array.from({ length: count }, () => random.integer(0, 1));
    const windows = classes.map((c) => {
      const window = Array.from({ length: 20 }, () => 0.3 * random.normal());
      const start = random.integer(0, 16);
      (c === 0 ? [2, -2, 2, -2] : [2, 2, -2, -2]).forEach((value, k) => {
        window[start + k]! += value;
      });
      return window.map((value) => [value]);
    });
    return { windows: tf.tensor3d(windows), targets: matrix(classes.map((c) => [c])) };
  };
  const [training, validation] = [draw(300), draw(200)];
  const flat = (windows: typeof training.windows) => ({
    values: Float64Array.from(windows.dataSync()),
    rows: windows.shape[0],
    columns: 20,
  });
  const found = references({
    inputs: flat(training.windows),
    targets: training.targets,
    patterns: patternColumns([training.windows])!,
    validation: {
      inputs: flat(validation.windows),
      targets: validation.targets,
      patterns: patternColumns([validation.windows])!,
    },
    measure: 'each-log',
    classes: true,
    isOneOfMany: false,
  });
  const hitsOf = (by: string) => found.validation.find((one) => one.by === by)!.hitShare;
  assert.ok(hitsOf('patterns') > 0.9, String(hitsOf('patterns')));
  assert.ok(hitsOf('line') < 0.75, String(hitsOf('line')));
  assert.equal(patternColumns([tf.zeros([3, 4])]), undefined);
});

test('references are fitted once for the same rows, whoever holds them, and anew for any other number or question', () => {
  const random = new Random(8);
  const rows = (count: number) => matrix(Array.from({ length: count }, () => [random.normal(), random.normal()]));
  const copyOf = (of: Matrix, change = 0): Matrix => ({
    ...of,
    values: of.values.map((value, k) => (k === 5 ? value + change : value)),
  });
  const [inputs, targets, later, laterTargets] = [rows(40), rows(40), rows(20), rows(20)];
  const task: ReferenceTask = {
    inputs,
    targets,
    validation: { inputs: later, targets: laterTargets },
    measure: 'squared',
    classes: false,
    isOneOfMany: false,
  };
  const first = rememberedReferences(task);
  assert.deepEqual(first, references(task));
  assert.equal(rememberedReferences({ ...task, inputs: copyOf(inputs), targets: copyOf(targets) }), first);
  const others: ReferenceTask[] = [
    { ...task, inputs: copyOf(inputs, 1e-9) },
    { ...task, targets: copyOf(targets, 1e-9) },
    { ...task, validation: { inputs: copyOf(later, 1e-9), targets: laterTargets } },
    { ...task, validation: { inputs: later, targets: copyOf(laterTargets, 1e-9) } },
    { ...task, patterns: inputs },
    { ...task, measure: 'absolute' },
  ];
  for (const other of others) {
    const found = rememberedReferences(other);
    assert.notEqual(found, first);
    assert.deepEqual(found, references(other));
  }
  // What was not asked for again for a while is let go.
  for (let k = 1; k <= 24; k++) rememberedReferences({ ...task, targets: copyOf(targets, k) });
  assert.notEqual(rememberedReferences(task), first);
});
