import { checkNumber } from '../core';
import { Table } from '../tables';
import type { Figure } from './figure';
import { panels } from './panels';
import { colour } from './template';

/** An activation function with its derivative, both per element. */
export interface NamedActivation {
  name: string;
  value: (x: number) => number;
  derivative: (x: number) => number;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** The candidates for the output of a head that must be positive; slope 0.01 for the leaky one, alpha 1 for ELU. */
export const HEAD_ACTIVATIONS: readonly NamedActivation[] = [
  { name: 'ReLU', value: (x) => Math.max(0, x), derivative: (x) => (x > 0 ? 1 : 0) },
  { name: 'LeakyReLU', value: (x) => (x > 0 ? x : 0.01 * x), derivative: (x) => (x > 0 ? 1 : 0.01) },
  // log(1 + e^x) written so that it overflows nowhere.
  { name: 'softplus', value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), derivative: sigmoid },
  { name: 'ELU', value: (x) => (x > 0 ? x : Math.expm1(x)), derivative: (x) => (x > 0 ? 1 : Math.exp(x)) },
];

/** Options of {@link activationFunctions}. */
export interface ActivationFunctionsOptions {
  title?: string;
  /** Half the width of the drawing: x runs from -range to range. Default 4. */
  range?: number;
}

/**
 * Activation functions beside their derivatives. Where the derivative is exactly zero nothing is learnt; where the value is
 * negative a positive target cannot be met.
 *
 * @param activations default {@link HEAD_ACTIVATIONS}.
 * @param options `title`, `range`.
 *
 * @example
 * activationFunctions().summary.rows.length; // 4
 */
export function activationFunctions(
  activations: readonly NamedActivation[] = HEAD_ACTIVATIONS,
  options: ActivationFunctionsOptions = {},
): Figure {
  const range = checkNumber('plots.activationFunctions', 'range', options.range ?? 4, 0.1, 1000);
  const x = Float64Array.from({ length: 161 }, (_, k) => (k / 80 - 1) * range);
  const traces = (part: 'value' | 'derivative') =>
    activations.map((activation, k) => ({
      type: 'scatter',
      name: activation.name,
      mode: 'lines',
      x,
      y: x.map((at) => activation[part](at)),
      line: { color: colour(k), width: 2.5, dash: ['solid', 'dash', 'solid', 'dot'][k % 4] },
    }));
  const rows = activations.map(({ name, value, derivative }) => {
    const [values, slopes] = [x.map(value), x.map(derivative)];
    return {
      activation: name,
      smallest: Math.min(...values),
      'at 0': value(0),
      negative: values.some((v) => v < 0),
      'smallest slope': Math.min(...slopes),
      'slope is zero somewhere': slopes.some((v) => v === 0),
    };
  });
  return panels(
    [
      { title: 'output', traces: traces('value'), xTitle: 'pre-activation', yaxis: { zeroline: true } },
      { title: 'derivative', traces: traces('derivative'), xTitle: 'pre-activation', yaxis: { range: [-0.05, 1.1] } },
    ],
    {
      title: options.title ?? 'Activation functions for a positive output',
      columns: 2,
      panelHeight: 250,
      summary: new Table(rows),
    },
  );
}
