import { checkChoice } from '../../core';
import { mean, ranks, standardDeviation } from '../../evaluation';

/** What a label of a panel is: the return itself, or its place among those of the day. */
export type LabelKind = 'returns' | 'standardised' | 'ranks';

/** close[t + horizon] / close[t] - 1 of every stock, [days, stocks]; NaN where either is missing. */
export function forwardReturns(closes: Float64Array, days: number, stocks: number, horizon: number): Float64Array {
  const returns = new Float64Array(days * stocks).fill(Number.NaN);
  const ahead = horizon * stocks;
  for (let place = 0; place + ahead < returns.length; place++)
    returns[place] = closes[place + ahead]! / closes[place]! - 1;
  return returns;
}

/** Labels of one day out of its returns. */
export function labelsOf(returns: Float64Array, kind: LabelKind): Float64Array {
  checkChoice('data.StockPanel.samples', 'labels', kind, ['returns', 'standardised', 'ranks']);
  const known = returns.filter(Number.isFinite);
  if (kind === 'returns' || known.length === 0)
    return returns.map((value) => (Number.isFinite(value) ? value : Number.NaN));
  let place = 0;
  const next = kind === 'ranks' ? evenly(known) : standardised(known);
  return returns.map((value) => (Number.isFinite(value) ? next[place++]! : Number.NaN));
}

const evenly = (values: Float64Array): Float64Array =>
  values.length === 1 ? values.fill(0.5) : ranks(values).map((rank) => (rank - 1) / (values.length - 1));

function standardised(values: Float64Array): Float64Array {
  const [center, spread] = [mean(values), values.length > 1 ? standardDeviation(values, 1) : 0];
  return values.map((value) => (spread > 0 ? (value - center) / spread : 0));
}
