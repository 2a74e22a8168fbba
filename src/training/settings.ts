import { checkChoice, checkInteger, ReluctantError } from '../core';
import { balancers, lossOf } from '../losses';
import type { MetricChoice } from './history';
import { metricOf } from './metrics';
import type { FitOptions } from './options';
import type { ModelFace, Named } from './trainable';

/** Settings of a run: options that were checked, with the defaults filled in. */
export type RunSettings = ReturnType<typeof checkOptions>;

/** Balancers that draw numbers in every step cannot be put back to where they were. */
function resumable(options: FitOptions, balancer: balancers.Balancer): balancers.Balancer {
  const asked = options.resumeFrom || options.onCheckpoint;
  if (!asked || !['random', 'pcgrad'].includes(balancer.kind)) return balancer;
  throw new ReluctantError({
    code: 'balancer-not-resumable',
    operation: 'fit',
    problem: 'a run with this balancer cannot be resumed',
    received: balancer.kind,
    fix: 'train without onCheckpoint and resumeFrom, or with another balancer',
  });
}

const MODES = ['auto', 'xla', 'graph', 'eager'] as const;

/** Checks what can be checked without data, and fills in the defaults. */
export function checkOptions(face: ModelFace, options: FitOptions) {
  const heads = face.heads;
  const losses = byHead(
    heads,
    options.losses,
    'losses',
    (loss) => typeof loss === 'string' || typeof loss === 'function',
  );
  const metrics = byHead(heads, options.metrics ?? {}, 'metrics', Array.isArray) as Named<readonly MetricChoice[]>;
  for (const name of Object.values(metrics).flat()) metricOf(name);
  const missing = heads.filter((head) => losses[head] === undefined);
  if (missing.length > 0) {
    throw new ReluctantError({
      code: 'losses-missing',
      operation: 'fit',
      problem: `no loss for ${missing.map((head) => `"${head}"`).join(', ')}`,
      received: Object.keys(losses),
      expected: `a loss for each of ${heads.join(', ')}`,
      fix: 'to leave a head out, give it a loss and the loss weight 0',
    });
  }
  checkHeads(heads, options.lossWeights ?? {}, 'lossWeights');
  checkHeads(heads, options.classWeights ?? {}, 'classWeights');
  const lossWeights = Object.fromEntries(heads.map((head) => [head, options.lossWeights?.[head] ?? 1]));
  return {
    plan: {
      losses: Object.fromEntries(heads.map((head) => [head, lossOf(losses[head] as never, 'fit')])),
      metrics,
      clipNorm: options.clipNorm,
      clipValue: options.clipValue,
    },
    epochs: checkInteger('fit', 'epochs', options.epochs ?? 10, 1),
    batchSize: checkInteger('fit', 'batchSize', options.batchSize ?? 32, 1),
    seed: checkInteger('fit', 'seed', options.seed ?? 0, 0, 2 ** 32 - 1),
    shuffle: options.shuffle ?? true,
    mode: checkChoice('fit', 'mode', options.resumeFrom?.mode ?? options.mode ?? 'auto', MODES),
    lossWeights,
    balancer: resumable(options, balancers.checkBalancer(options.balancer, lossWeights, 'fit')),
  };
}

function byHead<T>(
  heads: readonly string[],
  given: unknown,
  what: string,
  isOne: (value: unknown) => boolean,
): Named<T> {
  if (isOne(given)) {
    if (heads.length === 1) return { [heads[0]!]: given as T };
    throw new ReluctantError({
      code: 'heads-unnamed',
      operation: 'fit',
      problem: `${what} must be given by head, as the model has ${heads.length}`,
      received: given,
      expected: `an object with the keys ${heads.join(', ')}`,
    });
  }
  checkHeads(heads, given as object, what);
  return given as Named<T>;
}

function checkHeads(heads: readonly string[], given: object, what: string): void {
  const unknown = Object.keys(given).filter((name) => !heads.includes(name));
  if (unknown.length === 0) return;
  throw new ReluctantError({
    code: 'unknown-head',
    operation: 'fit',
    problem: `${what} names ${unknown.map((name) => `"${name}"`).join(', ')}, which the model does not have`,
    received: unknown,
    expected: `heads among ${heads.join(', ')}`,
  });
}
