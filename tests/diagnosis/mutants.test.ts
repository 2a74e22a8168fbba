import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark } from '../../src/diagnosis';

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
