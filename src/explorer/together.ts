import { interruptSignal } from '../core';
import type { Program } from '../programs';
import { type HistoryRow, type Progress, type SavedTensor, sweep } from '../training';
import { saveTensors } from '../training/state';
import { faceOf } from '../training/trainable';
import { disposeModel, headNames } from './models';
import type { ExploredSetting } from './setting';

/** Outcome of settings that were trained at once. */
export interface TrainedTogether {
  /** In the order of the settings. */
  runs: readonly { history: readonly HistoryRow[]; weights: readonly SavedTensor[] }[];
  /** Whether all ran as one more axis of every tensor, or one after the other after all. */
  atOnce: boolean;
  /** Why so, and in which mode. */
  reason: string;
  seconds: number;
}

/** Settings that differ in loss weights and learning rate only share one training. */
export function groupsOf<T extends { program: Program }>(all: readonly T[]): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const { lossWeights: _, learningRate: __, balancer, ...rest } = one.program.setting as ExploredSetting;
    const key = JSON.stringify([typeof balancer === 'string' ? { kind: balancer } : balancer, rest]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

/**
 * Trains a program at several settings of one group at once.
 *
 * @returns undefined when it was aborted.
 */
export async function trainTogether(
  programs: readonly Program[],
  given: { heads: readonly string[]; signal?: AbortSignal; onProgress?: (progress: Progress) => unknown },
): Promise<TrainedTogether | undefined> {
  const { heads, onProgress, signal = interruptSignal() } = given;
  const { data, options, ...parts } = await programs[0]!.parts();
  const { onEpoch: _, onProgress: __, watch: ___, onCheckpoint: ____, verbose: _____, ...common } = options;
  const model = await parts.model();
  try {
    const names = headNames(model);
    const swept = await sweep(
      model,
      data,
      {
        ...common,
        mode: common.mode ?? 'graph',
        gradientShares: heads.length > 1,
        validateEvery: 1,
        signal,
        onProgress: (progress) => void onProgress?.(progress),
      } as Parameters<typeof sweep>[2],
      programs.map(({ setting }) => {
        const { lossWeights, learningRate } = setting as ExploredSetting;
        return {
          lossWeights: Object.fromEntries(names.map((name, k) => [name, lossWeights[heads[k]!]!])),
          learningRate,
        };
      }),
    );
    if (signal?.aborted || swept.runs.some(({ history }) => history.length === 0)) return undefined;
    const { vectorized: atOnce, reason, seconds } = swept;
    const { weights, weightNames } = faceOf(model);
    const shapes = saveTensors(weights, weightNames);
    const runs = swept.runs.map(({ history, weights: values }) => ({
      history,
      weights: shapes.map((tensor, k) => ({ ...tensor, values: values[k]! })),
    }));
    return { runs, atOnce, reason, seconds };
  } finally {
    disposeModel(model);
  }
}
