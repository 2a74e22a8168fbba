import { checkChoice, checkNumber, ReluctantError } from '../core';
import { ACTIVATIONS, type ActivationName, activationFacts, LEAKY_RELU_SLOPE, leakyReLU } from '../layers/activations';
import { Table } from '../tables';
import type { Figure } from './figure';
import { panels } from './panels';
import { colour } from './template';

/** An activation function with its derivative, both per element. */
export interface NamedActivation {
  name: string;
  value: (x: number) => number;
  slope: (x: number) => number;
}

/** The candidates for the output of a head that must be positive. */
const FOR_POSITIVE_OUTPUTS: readonly NamedActivation[] = [
  { name: 'ReLU', ...ACTIVATIONS.relu },
  { name: 'LeakyReLU', ...leakyReLU(LEAKY_RELU_SLOPE) },
  { name: 'softplus', ...ACTIVATIONS.softplus },
  { name: 'ELU', ...ACTIVATIONS.elu },
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
 * @param activations names from `layers.ACTIVATIONS`, or functions with a name of their own; by default the candidates for a
 *   positive output: ReLU, LeakyReLU with slope 0.01, softplus, and ELU.
 * @param options `title`, `range`.
 * @throws ReluctantError `no-curve` for an activation that has no value of its own, such as softmax.
 *
 * @example
 * activationFunctions(['relu', 'gelu']).summary.rows.length; // 2
 */
export function activationFunctions(
  activations: readonly (NamedActivation | ActivationName)[] = FOR_POSITIVE_OUTPUTS,
  options: ActivationFunctionsOptions = {},
): Figure {
  const range = checkNumber('plots.activationFunctions', 'range', options.range ?? 4, 0.1, 1000);
  const curves = activations.map(curveOf);
  const x = Float64Array.from({ length: 161 }, (_, k) => (k / 80 - 1) * range);
  const traces = (part: 'value' | 'slope') =>
    curves.map((activation, k) => ({
      type: 'scatter',
      name: activation.name,
      mode: 'lines',
      x,
      y: x.map((at) => activation[part](at)),
      line: { color: colour(k), width: 2.5, dash: ['solid', 'dash', 'solid', 'dot'][k % 4] },
    }));
  const rows = curves.map(({ name, value, slope }) => {
    const [values, slopes] = [x.map(value), x.map(slope)];
    return {
      activation: name,
      smallest: Math.min(...values),
      'at 0': value(0),
      negative: values.some((v) => v < 0),
      'smallest slope': Math.min(...slopes),
      'slope is zero somewhere': slopes.some((v) => v === 0),
    };
  });
  const slopes = curves.flatMap(({ slope }) => Array.from(x, slope));
  const slopeRange = [Math.min(-0.05, ...slopes.map((v) => v - 0.05)), Math.max(1.1, ...slopes.map((v) => v + 0.05))];
  return panels(
    [
      { title: 'output', traces: traces('value'), xTitle: 'pre-activation', yaxis: { zeroline: true } },
      { title: 'derivative', traces: traces('slope'), xTitle: 'pre-activation', yaxis: { range: slopeRange } },
    ],
    {
      title:
        options.title ??
        (activations === FOR_POSITIVE_OUTPUTS ? 'Activation functions for a positive output' : 'Activation functions'),
      columns: 2,
      panelHeight: 250,
      summary: new Table(rows),
    },
  );
}

/** The curve of an activation that is named, or the one given. */
function curveOf(activation: NamedActivation | ActivationName): NamedActivation {
  if (typeof activation !== 'string') return activation;
  const names = Object.keys(ACTIVATIONS) as ActivationName[];
  const name = checkChoice('plots.activationFunctions', 'activations', activation, names);
  const { value, slope } = activationFacts(name)!;
  if (value && slope) return { name, value, slope };
  throw new ReluctantError({
    code: 'no-curve',
    operation: 'plots.activationFunctions',
    problem: 'this activation is a function of all units together and has no curve of its own',
    received: name,
    expected: `one of ${names.filter((other) => activationFacts(other)!.value).join(', ')}`,
  });
}
