import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark, CAUSES, RULES } from '../../src/diagnosis';
import { Seen } from '../../src/diagnosis/causes/cause';
import { gather } from '../../src/diagnosis/evidence/evidence';
import { fit } from '../../src/training';

const program = benchmark.TWINS.find(({ fault }) => fault.includes('dead ReLU'))!.build(21, false);

/** Evidence of a healthy run. */
async function evidence() {
  const model = await program.model();
  const run = await fit(model, program.data, { ...program.options, epochs: 2, mode: 'graph' });
  return gather(run, model, program.data, { ...program.options, epochs: 2 });
}

test('rules and causes have names of their own', () => {
  assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  assert.equal(new Set(CAUSES.map(({ id }) => id)).size, CAUSES.length);
});

test('every threshold of a rule is read when the rule looks at a run, and none that it does not declare', async () => {
  const healthy = await evidence();
  const complaints: string[] = [];
  for (const { id, thresholds, evaluate } of RULES) {
    const read = new Set<string>();
    const values = Object.fromEntries(Object.entries(thresholds).map(([name, { value }]) => [name, value]));
    const watched = new Proxy(values, {
      get: (all, name) => {
        read.add(String(name));
        return all[String(name)]!;
      },
    });
    evaluate(healthy, watched as never);
    for (const name of Object.keys(values)) if (!read.has(name)) complaints.push(`${id}: ${name} is never read`);
    for (const name of read) if (!(name in values)) complaints.push(`${id}: ${name} is not declared`);
  }
  assert.deepEqual(complaints, []);
});

/** Told to the reader as it is: that a model cannot learn one batch by heart has many causes, and names none. */
const WITHOUT_A_CAUSE = ['single-batch-fit'];

test('every rule is asked by a cause, but for one, and every cause asks rules that there are', async () => {
  const healthy = await evidence();
  const asked = new Set<string>();
  class Asking extends Seen {
    override of(rule: string, kind?: string, where?: string) {
      asked.add(rule);
      return super.of(rule, kind, where);
    }
  }
  // One symptom of each rule, so that causes which need several go on asking.
  const symptoms = RULES.map(({ id }) => ({ rule: id, kind: '', where: '', evidence: [] }));
  for (const cause of CAUSES)
    for (const some of [[], symptoms, ...symptoms.map((one) => [one])])
      try {
        cause.find(new Asking(some), healthy);
      } catch {
        // A made-up symptom has none of the numbers that the sentence of a finding is made of.
      }
  const ids = new Set(RULES.map(({ id }) => id));
  assert.deepEqual(
    [...asked].filter((id) => !ids.has(id)),
    [],
  );
  assert.deepEqual(
    [...ids].filter((id) => !asked.has(id)),
    WITHOUT_A_CAUSE,
  );
});
