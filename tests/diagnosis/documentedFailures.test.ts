import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchmark, confirm, diagnose } from '../../src/diagnosis';
import { train } from '../../src/programs';

const graph = { mode: 'graph' as const };

/** The failures of the investigations: what happened, the twin that repeats it, and the head it happened to. */
const FAILURES = [
  {
    what: 'the saturated sigmoid of run 2',
    twin: 'a saturated sigmoid head',
    cause: 'saturated-head',
    where: 'volatility',
  },
  { what: 'the dead ReLU of run 4', twin: 'a dead ReLU head', cause: 'dead-head', where: 'volatility' },
  {
    what: 'the negative LeakyReLU of attempt 1',
    twin: 'negative outputs',
    cause: 'negative-outputs',
    where: 'volatility',
  },
  { what: 'the scale collapsed under a Huber term', twin: 'a Huber term', cause: 'dominant-loss-term', where: 'y' },
];

for (const { what, twin, cause, where } of FAILURES) {
  test(`${what} is named first from its run alone, and the change that is proposed mends it`, async () => {
    const program = benchmark.TWINS.find(({ fault }) => fault.startsWith(twin))!.build(61, true);
    const run = await train(program, graph);
    const diagnosis = diagnose(run);
    run.model.dispose();
    const [verdict] = diagnosis.verdicts;
    assert.equal(verdict?.cause, cause, diagnosis.toString());
    assert.equal(verdict.where, where);
    const confirmation = await confirm(verdict, program, graph);
    assert.ok(confirmation.confirmed, confirmation.toString());
    const skill = (heads: typeof diagnosis.heads) => heads.find(({ head }) => head === where)!.skill;
    assert.ok(skill(confirmation.after.heads) > skill(diagnosis.heads), confirmation.toString());
  });
}
