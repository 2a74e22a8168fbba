import { checkChoice, checkInteger, checkNumber, ReluctantError } from '../core';
import { type BalancerName, type BalancerOptions, balancers } from '../losses';
import { formatNumber } from '../tables';

/** All that is changed from run to run. With the explorer's model and data it decides every bit of the run. */
export interface Setting {
  /** Weight of each head's loss, at least 0. */
  lossWeights: Readonly<Record<string, number>>;
  /** Of the optimiser; above 0. */
  learningRate: number;
  /** Of the model's first weights, of the order of the rows and of dropout. */
  seed: number;
  /** How the losses are balanced; `static` uses the weights as they are. */
  balancer: BalancerName | BalancerOptions;
  /** One of each of the explorer's choices by name, e.g. `{ headActivation: 'softplus' }`. */
  choices: Readonly<Record<string, string>>;
}

/** A setting of which only what differs from the start is given. */
export type PartialSetting = Partial<Setting>;

/** What settings are checked against. */
export interface SettingRules {
  heads: readonly string[];
  choices: Readonly<Record<string, readonly string[]>>;
  start: Setting;
}

/**
 * Fills in what a setting leaves out, and checks the rest.
 *
 * @throws `unknown-head`, `unknown-choice`, `number-out-of-range`, and those of the balancers for weights without a meaning.
 */
export function completeSetting(given: PartialSetting, { heads, choices, start }: SettingRules): Setting {
  const operation = 'explore';
  const lossWeights = { ...start.lossWeights, ...given.lossWeights };
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
  const chosen = { ...start.choices, ...given.choices };
  for (const [name, value] of Object.entries(chosen)) {
    checkChoice(operation, 'choice', name, Object.keys(choices));
    checkChoice(operation, name, value, choices[name]!);
  }
  const setting: Setting = {
    lossWeights,
    learningRate: checkNumber(operation, 'learningRate', given.learningRate ?? start.learningRate, 1e-8, 10),
    seed: checkInteger(operation, 'seed', given.seed ?? start.seed, 0, 2 ** 31 - 1),
    balancer: given.balancer ?? start.balancer,
    choices: chosen,
  };
  balancers.checkBalancer(setting.balancer, setting.lossWeights, operation);
  return setting;
}

/** A setting on one line: weights in the order of the heads, and what is not as at the start. */
export function nameSetting(setting: Setting, { heads, start }: SettingRules): string {
  const weights = heads.map((head) => formatNumber(setting.lossWeights[head]!, 3)).join('/');
  const balancer = typeof setting.balancer === 'string' ? setting.balancer : setting.balancer.kind;
  const changed = [
    ...(balancer === 'static' ? [] : [balancer]),
    ...(setting.learningRate === start.learningRate ? [] : [`rate ${formatNumber(setting.learningRate, 2)}`]),
    ...(setting.seed === start.seed ? [] : [`seed ${setting.seed}`]),
    ...Object.entries(setting.choices).flatMap(([name, value]) => (start.choices[name] === value ? [] : [value])),
  ];
  return [weights, ...changed].join(', ');
}
