import { checkInteger, checkNumber, ReluctantError } from '../core';
import { type BalancerName, type BalancerOptions, balancers } from '../losses';
import type { Program, Setting, SettingChanges } from '../programs';
import { formatNumber } from '../tables';

/** Setting of a run of the explorer: the program's, with everything that the sliders move spelled out. */
export type ExploredSetting = Setting & {
  /** Weight of each head's loss, at least 0. */
  readonly lossWeights: Readonly<Record<string, number>>;
  /** Of the optimiser; above 0. */
  readonly learningRate: number;
  readonly seed: number;
  /** How the losses are balanced; `static` uses the weights as they are. */
  readonly balancer: BalancerName | BalancerOptions;
};

/** What settings are completed from and checked against. */
export interface SettingRules {
  heads: readonly string[];
  /** Settings with a list of choices, by name. */
  choices: Program['choices'];
  /** The program where the sliders stand first, everything they move spelled out. */
  start: Program;
}

/** Where the sliders stand first. */
export const startOf = ({ start }: SettingRules): ExploredSetting => start.setting as ExploredSetting;

/**
 * The program at a setting of which only what differs from the start is given.
 *
 * @throws `unknown-head`, `number-out-of-range`, those of `Program.with`, and those of the balancers for weights without a meaning.
 */
export function programAt(changes: SettingChanges<Setting>, { heads, start }: SettingRules): Program {
  const operation = 'explore';
  const program = start.with(changes);
  const { lossWeights, learningRate, seed, balancer } = program.setting as ExploredSetting;
  const unknown = Object.keys(lossWeights).find((head) => !heads.includes(head));
  if (unknown !== undefined) {
    throw new ReluctantError({
      code: 'unknown-head',
      operation,
      problem: 'a loss weight names a head that the model does not have',
      received: unknown,
      expected: heads.join(', '),
    });
  }
  checkNumber(operation, 'learningRate', learningRate, 1e-8, 10);
  checkInteger(operation, 'seed', seed, 0, 2 ** 31 - 1);
  balancers.checkBalancer(balancer, lossWeights, operation);
  return program;
}

/** A setting on one line: weights in the order of the heads, and what is not as at the start. */
export function nameSetting(setting: ExploredSetting, rules: SettingRules): string {
  const start = startOf(rules);
  const weights = rules.heads.map((head) => formatNumber(setting.lossWeights[head]!, 3)).join('/');
  const balancer = typeof setting.balancer === 'string' ? setting.balancer : setting.balancer.kind;
  const others = Object.keys(setting).filter((name) => !NAMED_APART.has(name));
  const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
  const changed = [
    ...(balancer === 'static' ? [] : [balancer]),
    ...(setting.learningRate === start.learningRate ? [] : [`rate ${formatNumber(setting.learningRate, 2)}`]),
    ...(setting.seed === start.seed ? [] : [`seed ${setting.seed}`]),
    ...others.flatMap((name) => {
      const value = setting[name];
      if (text(value) === text(start[name])) return [];
      return [typeof value === 'string' ? value : `${name} ${text(value)}`];
    }),
  ];
  return [weights, ...changed].join(', ');
}

const NAMED_APART = new Set(['lossWeights', 'learningRate', 'seed', 'balancer']);
