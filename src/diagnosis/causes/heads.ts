import { formatNumber, formatShare } from '../../tables';
import type { Evidence } from '../evidence/evidence';
import { withLossWeight } from '../mends/changes';
import type { Symptom } from '../rules/rule';
import { type Cause, each, headActivation, type Seen } from './cause';

/** Positive targets want softplus; others a linear output. */
const betterFor = ({ heads }: Evidence, where: string): string => {
  const targets = heads.find(({ head }) => head === where)?.targets ?? new Float32Array([-1]);
  return targets.every((value) => value >= 0) ? 'softplus' : 'linear';
};

/** Symptoms of the same head that the cause explains beside its own. */
const alsoOf = (seen: Seen, where: string): Symptom[] => [
  ...seen.of('flat-validation-loss', undefined, where),
  ...seen.of('collapsed-head', undefined, where),
  ...seen.of('underfits', undefined, where),
];

/** What is said of a dead head, whether its model was looked at or what a recorder saw of it. */
export const DEAD_HEAD = {
  id: 'dead-head',
  title: 'A rectified head is dead: constant zero, without a gradient',
  wrongIf: 'the head’s pre-activation were above zero on more than a twentieth of the rows',
} as const;

/** Causes in one head beside healthy ones. */
export const heads: readonly Cause[] = [
  {
    id: DEAD_HEAD.id,
    title: DEAD_HEAD.title,
    tier: 5,
    needs: 'training',
    find: (seen, evidence) =>
      each(seen.of('dead-head'), ({ where, evidence: [zeros] }) => {
        const better = betterFor(evidence, where);
        return {
          says: `${formatShare(zeros!.value)} of the predictions of "${where}" are exactly 0: its pre-activation is negative, where ReLU has neither output nor gradient`,
          severity: 1,
          change: headActivation(
            where,
            better,
            `use ${better} with GlorotUniform for this head, its bias starting at the mean target`,
          ),
          wrongIf: DEAD_HEAD.wrongIf,
        };
      }).map((finding) => ({ ...finding, symptoms: [...finding.symptoms, ...alsoOf(seen, finding.where)] })),
  },
  {
    id: 'saturated-head',
    title: 'A head is saturated: stuck at an end of its range',
    tier: 5,
    needs: 'training',
    find: (seen, evidence) =>
      each(seen.of('saturation', 'head'), ({ where, evidence: measured }) => {
        const better = betterFor(evidence, where);
        const head = evidence.heads.find((one) => one.head === where)!;
        return {
          says: `${formatShare(measured[0]!.value)} of the outputs of "${where}" lie on the flat end of ${head.activation}, at ${formatNumber(measured[2]!.value)} on average, while the targets average ${formatNumber(head.train[0]?.targetMean ?? Number.NaN)}`,
          severity: 0.95,
          change: headActivation(
            where,
            better,
            `use ${better} with GlorotUniform for this head, its bias starting at the mean target`,
          ),
          wrongIf: 'the slope of the activation at its inputs were above 1 % of its steepest',
        };
      })
        .filter(({ where }) => !evidence.heads.find(({ head }) => head === where)?.classes)
        .map((finding) => ({ ...finding, symptoms: [...finding.symptoms, ...alsoOf(seen, finding.where)] })),
  },
  {
    id: 'dominant-loss-term',
    title: 'One loss term drowns the others',
    tier: 5,
    needs: 'training',
    find: (seen, { heads: all }) =>
      seen.of('dominant-term').flatMap((symptom) => {
        const drowned = all.filter(
          ({ head }) => head !== symptom.where && struggles(seen, head) && !heldByItself(seen, head),
        );
        const collapsed = seen.of('collapsed-head', undefined, symptom.where);
        if (drowned.length === 0 && collapsed.length === 0) return [];
        const also = [...drowned.flatMap(({ head }) => alsoOf(seen, head)), ...collapsed];
        const share = symptom.evidence[0]!.value;
        return [
          {
            where: symptom.where,
            explains: drowned.length ? drowned.map(({ head }) => head) : [symptom.where],
            symptoms: [symptom, ...also],
            says: `"${symptom.where}" makes ${formatShare(share)} of the gradient on the shared weights; ${
              drowned.length
                ? `${drowned.map(({ head }) => `"${head}"`).join(', ')} cannot turn them and ${drowned.length > 1 ? 'do' : 'does'} not learn`
                : 'its own optimum is a flat forecast, so the scale collapses'
            }`,
            severity: 0.9,
            change: {
              says: `multiply the loss weight of "${symptom.where}" by ${formatNumber(1 - share, 2)}, so that the terms pull alike`,
              apply: withLossWeight(symptom.where, Math.max(1e-6, 1 - share)),
            },
            wrongIf: 'the other terms did no better with this term left out',
          },
        ];
      }),
  },
  {
    id: 'negative-outputs',
    title: 'A head gives negative values for a positive quantity',
    tier: 5,
    needs: 'training',
    find: (seen) =>
      each(seen.of('negative-outputs', 'negative'), ({ where, evidence: [share] }) => ({
        says: `${formatShare(share!.value)} of the predictions of "${where}" are negative, and no target is; its activation allows it`,
        severity: 0.8,
        change: headActivation(where, 'softplus', 'use softplus for this head'),
        wrongIf: 'some targets were negative',
      })),
  },
  {
    id: 'head-without-bound',
    title: 'A linear head gives negative values for a positive quantity',
    tier: 6,
    needs: 'training',
    find: (seen) =>
      each(seen.of('negative-outputs', 'negative-of-line'), ({ where, evidence: [share] }) => ({
        says: `${formatShare(share!.value)} of the predictions of "${where}" are negative, and no target is`,
        severity: 0.2,
        change: headActivation(where, 'softplus', 'use softplus for this head'),
        wrongIf: 'some targets were negative',
      })),
  },
  {
    id: 'collapsed-head',
    title: 'A head has collapsed to a constant',
    tier: 6,
    needs: 'training',
    find: (seen, { heads: all }) =>
      each(
        // A head that its own activation holds is not looked at twice.
        seen
          .of('collapsed-head')
          .filter(({ where }) => all.some(({ head }) => head === where) && !heldByItself(seen, where)),
        ({ evidence: [scale, reachable], where }) => ({
          says: `predictions of "${where}" spread over ${formatShare(scale!.value)} of the targets’ spread, while a straight line through the inputs correlates at ${formatNumber(reachable!.value, 2)}`,
          severity: 0.6,
          change: {
            says: 'look at what feeds the head: dead or constant layers, a penalty, a loss with a flat optimum',
          },
          wrongIf: 'the correlation of predictions with targets were as small as their scale',
        }),
      ),
  },
];

/** A head that does worse than it could. */
const struggles = (seen: Seen, head: string): boolean =>
  seen.has('underfits', undefined, head) ||
  seen.has('collapsed-head', undefined, head) ||
  seen.has('loss-not-decreasing', undefined, head);

/** A head whose own activation keeps it from learning: no other term is to blame. */
const heldByItself = (seen: Seen, head: string): boolean =>
  seen.has('dead-head', undefined, head) ||
  seen.has('saturation', 'head', head) ||
  seen.has('negative-outputs', undefined, head);
