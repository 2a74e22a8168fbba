import { standardDeviation } from '../evaluation';
import type { OpaqueRecording, Statistic } from '../recordings';
import { formatShare } from '../tables';
import { DEAD_HEAD } from './causes/heads';
import { deadHead } from './rules/deadHead';
import type { Measurement } from './rules/rule';

/** A cause that the numbers of a recorder show by themselves. */
export interface RecordedVerdict {
  cause: string;
  title: string;
  where: string;
  says: string;
  /** How often such a verdict is right is known of models that can be looked at whole, and not of these. */
  probability: null;
  evidence: readonly Measurement[];
  change: string;
  wrongIf: string;
}

/** What the numbers of a recorder say of a training whose model cannot be rebuilt here. */
export interface RecordedLook {
  verdicts: readonly RecordedVerdict[];
  /** What looks unusual, and may have its reasons. */
  notes: readonly { cause: string; where: string; says: string }[];
}

/** Looks that have to agree: the last ones, the last of all among them. */
const LOOKS = 2;
/** Spread of predictions over that of targets below which a head says nearly the same for every row. */
const FLAT = 0.02;
/** Share of a layer's units that never say anything. */
const DEAD = 0.9;

/**
 * Looks at what was recorded of a training: how predictions, activations and gradients were spread, and its losses. A head of which nearly
 * all predictions are exactly 0 while its targets are not gets a verdict; the rest are notes, as nothing here can be tried.
 *
 * @example
 * const row = { of: 'prediction', head: 'volatility', epoch: 0, mean: 0, std: 0, zeroShare: 1 } as const;
 * const targets = new Map([['volatility', Float32Array.of(0.1, 0.2)]]);
 * const recording = { name: 'first', framework: 'torch', history: [{ epoch: 0, loss: 1 }], statistics: [row], targets, notes: [] } as const;
 * diagnosis.lookAtRecording(recording).verdicts[0]!.cause; // 'dead-head'
 */
export function lookAtRecording({ statistics, targets, history }: OpaqueRecording): RecordedLook {
  const last = history.length - 1;
  const heads = [...targets].map(([head, values]) => {
    const looks = lastOf(statistics, ({ of, head: name }) => of === 'prediction' && name === head);
    // What was seen long before the end may have changed since.
    return { head, values, looks: looks.at(-1)?.epoch === last ? looks : [] };
  });
  const dead = heads.flatMap((one) => deadHeadOf(one));
  const isDead = (head: string) => dead.some(({ where }) => where === head);
  const flat = heads.flatMap(({ head, values, looks }) => {
    const ratio = (looks.at(-1)?.std ?? Number.NaN) / standardDeviation(values);
    return ratio < FLAT && !isDead(head)
      ? [
          note(
            'collapsed-head',
            head,
            `predictions of "${head}" spread over ${formatShare(ratio)} of the targets’ spread`,
          ),
        ]
      : [];
  });
  const names = (key: 'layer' | 'weight') => new Set(statistics.flatMap((row) => row[key] ?? []));
  const layers = [...names('layer')].flatMap((layer) => {
    const share = Math.min(...lastOf(statistics, (row) => row.layer === layer).map((row) => row.deadShare ?? 0));
    return share > DEAD && Number.isFinite(share)
      ? [note('dead-layers', layer, `${formatShare(share)} of the units of this layer are 0 for every row looked at`)]
      : [];
  });
  const still = [...names('weight')].filter((weight) => {
    const looks = lastOf(statistics, (row) => row.of === 'gradient' && row.weight === weight);
    return looks.length > 0 && looks.every(({ norm }) => norm === 0);
  });
  const broken = history.findIndex(({ loss }) => loss !== undefined && !Number.isFinite(loss));
  return {
    verdicts: dead,
    notes: [
      ...(broken >= 0 ? [note('exploding-gradient', '', `the loss of epoch ${broken + 1} is no number`)] : []),
      ...flat,
      ...layers,
      ...(still.length > 0 ? [note('frozen-weights', '', `no gradient reaches ${still.join(', ')}`)] : []),
    ],
  };
}

const note = (cause: string, where: string, says: string) => ({ cause, where, says });

function lastOf(statistics: readonly Statistic[], isMeant: (row: Statistic) => boolean): Statistic[] {
  return statistics.filter(isMeant).slice(-LOOKS);
}

interface Head {
  head: string;
  values: Float32Array;
  looks: readonly Statistic[];
}

function deadHeadOf({ head, values, looks }: Head): RecordedVerdict[] {
  const { zeros, targetZeros } = deadHead.thresholds;
  const wanted = values.filter((value) => value === 0).length / values.length;
  const share = Math.min(...looks.map(({ zeroShare }) => zeroShare));
  if (looks.length === 0 || !(share > zeros.value) || wanted > targetZeros.value) return [];
  return [
    {
      cause: DEAD_HEAD.id,
      title: DEAD_HEAD.title,
      where: head,
      says: `${formatShare(share)} of the predictions of "${head}" are exactly 0 at the rows that were looked at when training ended`,
      probability: null,
      evidence: [
        { quantity: 'predictions that are exactly 0', value: share, unit: 'share', threshold: zeros.value },
        { quantity: 'targets that are 0', value: wanted, unit: 'share', threshold: targetZeros.value },
      ],
      change: 'use softplus for this head, its bias starting at the mean target',
      wrongIf: DEAD_HEAD.wrongIf,
    },
  ];
}
