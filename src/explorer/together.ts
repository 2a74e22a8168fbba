import { interruptSignal } from '../core';
import { type HistoryRow, type Progress, sweep } from '../training';
import { disposeModel, headNames } from './models';
import type { ExploreOptions } from './options';
import type { Setting } from './setting';

/** How settings were trained at once, and what came of each. */
export interface Trained {
  /** In the order of the settings. */
  histories: readonly (readonly HistoryRow[])[];
  /** Whether all ran as one more axis of every tensor, or one after the other after all. */
  atOnce: boolean;
  /** Why so, and in which mode. */
  reason: string;
  seconds: number;
}

/** Settings that differ in loss weights and learning rate only share one training. */
export function groupsOf<T extends { setting: Setting }>(all: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const { balancer, seed, choices } = one.setting;
    const key = JSON.stringify([typeof balancer === 'string' ? { kind: balancer } : balancer, seed, choices]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/**
 * Trains one model under several settings of one group at once.
 *
 * @returns undefined when it was aborted.
 */
export async function trainTogether(
  options: ExploreOptions,
  settings: readonly Setting[],
  given: {
    epochs: number;
    heads: readonly string[];
    signal?: AbortSignal;
    onProgress?: (progress: Progress) => unknown;
  },
): Promise<Trained | undefined> {
  const { losses, metrics, batchSize = 32, mode = 'graph', data } = options;
  const { epochs, heads, onProgress, signal = interruptSignal() } = given;
  const model = options.model(settings[0]!);
  try {
    const names = headNames(model);
    const swept = await sweep(
      model,
      data,
      {
        losses,
        metrics,
        batchSize,
        mode,
        epochs,
        seed: settings[0]!.seed,
        balancer: settings[0]!.balancer,
        gradientShares: heads.length > 1,
        validateEvery: 1,
        signal,
        onProgress: (progress) => void onProgress?.(progress),
      },
      settings.map(({ lossWeights, learningRate }) => ({
        lossWeights: Object.fromEntries(names.map((name, k) => [name, lossWeights[heads[k]!]!])),
        learningRate,
      })),
    );
    if (signal?.aborted || swept.runs.some(({ history }) => history.length === 0)) return undefined;
    const { vectorized: atOnce, reason, seconds } = swept;
    return { histories: swept.runs.map(({ history }) => history), atOnce, reason, seconds };
  } finally {
    disposeModel(model);
  }
}
