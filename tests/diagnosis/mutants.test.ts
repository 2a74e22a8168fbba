import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark } from '../../src/diagnosis';
import { shardOf } from '../../src/diagnosis/benchmark/mutants';

const { BLUEPRINTS, MUTATIONS, halfOf, isUnseen, runMutants } = benchmark;
const some = (name: string) => BLUEPRINTS.filter((blueprint) => blueprint.name.startsWith(name));
const operator = (name: string) => MUTATIONS.filter((mutation) => mutation.operator === name);

test('the halves are split by names alone, and operators that no rule was developed on are left out of one', () => {
  const halves = BLUEPRINTS.map(halfOf);
  assert.ok(halves.filter((half) => half === 'reporting').length > BLUEPRINTS.length / 3);
  assert.ok(halves.filter((half) => half === 'development').length > BLUEPRINTS.length / 3);
  assert.ok(MUTATIONS.filter(isUnseen).length >= 8);
  assert.equal(new Set(BLUEPRINTS.map(({ name }) => name)).size, BLUEPRINTS.length);
  assert.equal(new Set(MUTATIONS.map((one) => one.operator)).size, MUTATIONS.length);
});

test('a mutant is worse than ten seeds of its original, is named, and is mended by the named change', async () => {
  const rows = await runMutants(some('two moons, 32'), operator('learning rate lowered'));
  const healthy = rows.filter((row) => row.operator === '');
  assert.equal(healthy.length, 10);
  assert.deepEqual(
    healthy.flatMap(({ verdicts }) => verdicts),
    [],
  );
  const [mutant] = rows.filter((row) => row.operator !== '');
  assert.ok(mutant!.worse, JSON.stringify(mutant));
  assert.ok(mutant!.right, JSON.stringify(mutant));
  assert.equal(mutant!.mended, true, JSON.stringify(mutant));
});

const row = (given: Partial<benchmark.MutantRow>): benchmark.MutantRow => ({
  program: 'p',
  family: 'f',
  operator: '',
  severity: '',
  seed: 1,
  half: 'development',
  unseen: false,
  worse: false,
  ofData: false,
  scores: { y: 1 },
  least: {},
  verdicts: [],
  notes: [],
  right: true,
  trainingSeconds: 1,
  diagnosisSeconds: 1,
  ...given,
});

test('shards part the programs, each in one of them', () => {
  const parts = [1, 2, 3].flatMap((shard) => shardOf(BLUEPRINTS, shard, 3));
  assert.deepEqual(parts.map(({ name }) => name).sort(), BLUEPRINTS.map(({ name }) => name).sort());
});

test('an interrupted benchmark goes on where its rows end, and makes none of them again', async () => {
  const [blueprint] = some('two moons, 32');
  const program = blueprint!.name;
  const mutations = operator('learning rate lowered');
  const done = [
    ...Array.from({ length: 10 }, (_, k) => row({ program, seed: k + 1, scores: { y: 0.9 + k / 1000 } })),
    ...(['mild', 'middle', 'gross'] as const).map((severity) =>
      row({ program, operator: 'learning rate lowered', severity, scores: { y: 0.5 }, worse: true }),
    ),
  ];
  const rows = await runMutants([blueprint!], mutations, { done, onRow: () => assert.fail('a row was made again') });
  assert.equal(rows.length, 11);
  assert.ok(rows.every((one) => done.includes(one)));
});

test('a summary counts confirmed, repaired and mended ones by hand', () => {
  const verdict = (cause: string, probability: number) => [{ cause, where: '', probability }];
  const summary = new benchmark.MutantSummary([
    row({}),
    row({
      verdicts: verdict('undertrained', 0.8),
      right: false,
      repair: { kept: ['undertrained'], trainings: 2, learns: true, isBack: true },
    }),
    row({
      operator: 'a',
      severity: 'mild',
      worse: true,
      verdicts: verdict('dead-head', 0.85),
      mended: true,
      mendedVerdicts: [],
      confirmation: { outcome: 'confirmed', gain: 0.3, isWrong: false },
      repair: { kept: ['dead-head'], trainings: 2, learns: true, isBack: true },
    }),
    row({
      operator: 'b',
      severity: 'gross',
      worse: true,
      verdicts: verdict('dead-head', 0.85),
      right: false,
      mended: false,
      confirmation: { outcome: 'confirmed', gain: -0.01, isWrong: true },
      repair: { kept: [], trainings: 3, learns: false, isBack: false },
    }),
    row({
      operator: 'a + b',
      severity: 'mild',
      worse: true,
      right: false,
      repair: { kept: ['x', 'y'], trainings: 3, learns: true, isBack: true },
    }),
    row({ operator: 'c', severity: 'mild', worse: true, ofData: true, verdicts: verdict('data-not-finite', 0.85) }),
    row({ operator: 'd', severity: 'mild' }),
  ]);
  assert.equal(summary.faulty.length, 4);
  assert.equal(summary.double.length, 1);
  assert.equal(summary.named, 2 / 4);
  assert.equal(summary.confirmed, 1 / 2);
  assert.equal(summary.precision, 2 / 3);
  assert.equal(summary.repaired, 2 / 3);
  assert.equal(summary.alarms, 1 / 2);
  assert.equal(summary.changedHealthy, 1);
  assert.deepEqual(summary.mendedAlarms, { mended: 1, alarms: 0 });
  assert.deepEqual([summary.confirmations, summary.wronglyConfirmed.length], [2, 1]);
  assert.ok(Math.abs(summary.calibrationError - (3 / 4) * (0.85 - 2 / 3) - (1 / 4) * 0.8) < 1e-12);
  assert.match(summary.toString(), /two operators at once/);
});
