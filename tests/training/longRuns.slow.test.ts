import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { countCompiled } from '../../src/compile';
import { Random, ReluctantError, type TF, tf } from '../../src/core';
import { type FitOptions, fit, type StreamedBatch } from '../../src/training';
import { twoHeadLosses, twoHeadModel, twoHeadRows } from './models';

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;
const MOST_GROWN = 20e6;

/** Resident memory after a collection. What has leaked never goes, so the least of several readings is compared. */
function resident(): number {
  collect();
  return process.memoryUsage().rss;
}

const rows = twoHeadRows(64);
const options = { losses: twoHeadLosses, batchSize: 16, mode: 'graph' } as const;

/**
 * Repeats something a thousand times, behind as many tries as V8 and TensorFlow need to take what they keep for good. Compares the least
 * resident memory of the first tenth with that of the last.
 */
async function flat(what: string, once: (k: number) => Promise<void>): Promise<string> {
  const WARM_UP = 200;
  const [first, last]: number[][] = [[], []];
  let before = { tensors: 0, graphs: 0 };
  for (let k = 0; k < WARM_UP + 1000; k++) {
    await once(k);
    if (k === WARM_UP) before = { tensors: tf.memory().numTensors, graphs: countCompiled() };
    if (k >= WARM_UP && k < WARM_UP + 100 && k % 5 === 0) first!.push(resident());
    if (k >= WARM_UP + 900 && k % 5 === 0) last!.push(resident());
  }
  assert.equal(tf.memory().numTensors, before.tensors, what);
  assert.equal(countCompiled(), before.graphs, what);
  const grown = Math.min(...last!) - Math.min(...first!);
  assert.ok(grown < MOST_GROWN, `${what}: ${(grown / 1e6).toFixed(1)} MB more`);
  return `${what}: ${(grown / 1e6).toFixed(1)} MB more`;
}

test('10,000 epochs of a small model take under 20 MB more memory at the end than after a tenth of them', async (t) => {
  const model = twoHeadModel();
  const [first, last]: number[][] = [[], []];
  const run = await fit(model, rows, {
    ...options,
    epochs: 10_000,
    onEpoch: ({ epoch }) => {
      if (epoch >= 1000 && epoch < 2000 && epoch % 50 === 0) first!.push(resident());
      if (epoch >= 9000 && epoch % 50 === 0) last!.push(resident());
    },
  });
  assert.equal(run.history.length, 10_000);
  const grown = Math.min(...last!) - Math.min(...first!);
  t.diagnostic(`10,000 epochs: ${(grown / 1e6).toFixed(1)} MB more, ${run.seconds.toFixed(0)} s`);
  assert.ok(grown < MOST_GROWN, `${(grown / 1e6).toFixed(1)} MB more`);
});

test('1,000 fits that are aborted at moments of all kinds leave memory flat within 20 MB', async (t) => {
  const random = new Random(7);
  const model = twoHeadModel();
  const note = await flat('1,000 aborts', async (k) => {
    const controller = new AbortController();
    const at = Math.floor(random.uniform() * 6);
    const abort = () => controller.abort();
    const moment: Partial<FitOptions> =
      k % 4 === 0
        ? { onEpoch: ({ epoch }) => void (epoch === at && abort()) }
        : k % 4 === 1
          ? { onBatch: ({ epoch, step }) => void (4 * epoch + step === at && abort()) }
          : k % 4 === 2
            ? { onProgress: ({ epoch, step }) => void (4 * epoch + step >= at && abort()) }
            : {};
    if (k % 4 === 3) setTimeout(abort, at);
    const run = await fit(model, rows, { ...options, epochs: 100_000, signal: controller.signal, ...moment } as never);
    assert.equal(run.stopReason, 'aborted');
  });
  t.diagnostic(note);
});

test('1,000 fits that fail, at their start and in the middle of them, leave memory flat within 20 MB', async (t) => {
  const model = twoHeadModel();
  const few = twoHeadRows(2);
  const negative = tf.fill([64], -1) as TF.Tensor1D;
  const own = new Error('of the user');
  const fail = (..._: unknown[]): never => {
    throw own;
  };
  async function* broken(): AsyncGenerator<StreamedBatch> {
    yield twoHeadRows(16);
    throw own;
  }
  const FAILURES: (() => Promise<unknown>)[] = [
    () => fit(model, rows, { ...options, epochs: 3, onEpoch: fail }),
    () => fit(model, rows, { ...options, epochs: 3, onBatch: ({ step }) => void (step === 2 && fail()) }),
    () => fit(model, rows, { ...options, epochs: 3, losses: { ...twoHeadLosses, volatility: fail as never } }),
    () => fit(model, rows, { ...options, losses: { ...twoHeadLosses, volatility: 'hubr' as never } }),
    () => fit(model, { ...rows, sampleWeights: negative }, options),
    () => fit(model, { ...few, stream: { rows: 64, batches: broken } }, { ...options, epochs: 2 }),
    () => fit(model, rows, { ...options, epochs: 3, onCheckpoint: (save) => fail(save().epochs) }),
  ];
  const note = await flat('1,000 failures', async (k) => {
    const { numTensors } = tf.memory();
    await assert.rejects(
      FAILURES[k % FAILURES.length]!(),
      (error) => error === own || error instanceof ReluctantError || /of the user/.test(String(error)),
    );
    assert.equal(tf.memory().numTensors, numTensors, `failure ${k % FAILURES.length}`);
  });
  t.diagnostic(note);
});
