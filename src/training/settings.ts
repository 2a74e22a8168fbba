import { checkNames, ReluctantError } from '../core';
import { balancers, type Loss, type LossName, lossOf } from '../losses';
import { averagingSettings } from './averaging';
import { checkedLoss } from './checkedLoss';
import type { MetricChoice } from './history';
import { metricOf } from './metrics';
import { checkOptionValues } from './optionChecks';
import type { FitOptions } from './options';
import type { ModelFace, Named } from './trainable';

/** Settings of a run: options that were checked, with the defaults filled in. */
export type RunSettings = ReturnType<typeof checkOptions>;

/** Checks what can be checked without data, and fills in the defaults. */
export function checkOptions(face: ModelFace, options: FitOptions) {
  checkOptionValues(options);
  const { heads } = face;
  const losses = byHead<LossName | Loss>(heads, options.losses, 'losses', isLoss);
  const metrics = byHead<readonly MetricChoice[]>(heads, options.metrics ?? {}, 'metrics', Array.isArray);
  checkMetrics(metrics);
  checkComplete(heads, losses);
  for (const what of ['lossWeights', 'classWeights'] as const) checkHeads(heads, options[what] ?? {}, what);
  const lossWeights = Object.fromEntries(heads.map((head) => [head, options.lossWeights?.[head] ?? 1]));
  return {
    plan: {
      losses: Object.fromEntries(heads.map((head) => [head, checkedLoss(head, lossOf(losses[head]!, 'fit'))])),
      metrics,
    },
    frame: {
      clipNorm: options.clipNorm,
      clipVariableNorm: options.clipVariableNorm,
      clipValue: options.clipValue,
      accumulateSteps: options.accumulateSteps ?? 1,
    },
    averaging: averagingSettings(options.averaging, options.epochs ?? 10),
    /** The losses as they were given. */
    losses,
    epochs: options.epochs ?? 10,
    batchSize: options.batchSize ?? 32,
    seed: options.seed ?? 0,
    shuffle: options.shuffle ?? true,
    mode: options.resumeFrom?.mode ?? options.mode ?? 'auto',
    lossWeights,
    balancer: resumable(options, balancers.checkBalancer(options.balancer, lossWeights, 'fit')),
  };
}

const isLoss = (value: unknown): boolean => typeof value === 'string' || typeof value === 'function';

function checkMetrics(metrics: Named<readonly MetricChoice[]>): void {
  for (const [head, list] of Object.entries(metrics)) {
    if (!Array.isArray(list)) {
      throw new ReluctantError({
        code: 'option-of-wrong-kind',
        operation: 'fit',
        problem: 'the metrics of a head are no list',
        where: { head },
        received: list,
        expected: `a list, such as ['mae']`,
      });
    }
    const keys = (list as readonly MetricChoice[]).map((metric) => metricOf(metric).key);
    const twice = keys.find((key, k) => keys.indexOf(key) !== k);
    if (twice === undefined) continue;
    throw new ReluctantError({
      code: 'metric-given-twice',
      operation: 'fit',
      problem: `two metrics have the key "${twice}" in the history`,
      where: { head },
      received: keys,
      expected: 'every metric once',
      fix: 'leave one of them out, or give a metric of your own another key',
    });
  }
}

function checkComplete(heads: readonly string[], losses: Named<unknown>): void {
  const missing = heads.filter((head) => losses[head] === undefined);
  if (missing.length === 0) return;
  throw new ReluctantError({
    code: 'losses-missing',
    operation: 'fit',
    problem: `no loss for ${missing.map((head) => `"${head}"`).join(', ')}`,
    received: Object.keys(losses),
    expected: `a loss for each of ${heads.join(', ')}`,
    fix: 'to leave a head out, give it a loss and the loss weight 0',
  });
}

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
  if (given === null || typeof given !== 'object') {
    throw new ReluctantError({
      code: 'option-of-wrong-kind',
      operation: 'fit',
      problem: `${what} are neither for the only head nor by head`,
      received: given,
      expected: `an object with the keys ${heads.join(', ')}`,
    });
  }
  checkHeads(heads, given, what);
  return given as Named<T>;
}

function checkHeads(heads: readonly string[], given: object, what: string): void {
  checkNames('fit', given, heads, { code: 'unknown-head', kind: 'head', where: { in: what } });
}
