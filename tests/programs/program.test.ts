import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as example from '../../bench/programs/saturatedMagnitude';
import { benchmark } from '../../src/diagnosis';

test("a module of one's own becomes a program of the benchmark, and its cause is named", async () => {
  const program = benchmark.programOfModule(example, 'saturatedMagnitude.ts');
  assert.equal(program.name, example.name);
  const result = await benchmark.runBenchmark([program], { seeds: [1] });
  assert.equal(result.rows[0]!.named, example.cause);
  assert.equal(result.named, 1);
});

test('a module that lacks something is refused, naming what it lacks and the file', () => {
  const { model: _, ...rest } = example;
  assert.throws(() => benchmark.programOfModule(rest, 'mine.ts'), /does not export model \(file mine\.ts\)/);
  assert.throws(() => benchmark.programOfModule({}, 'none.ts'), /does not export data, model, loss, optimizer/);
  assert.equal(benchmark.programOfModule({ default: example }, 'x.ts').cause, example.cause);
});
