import { ReluctantError } from '../core';
import { formatShare, Table } from '../tables';
import type { Figure } from './figure';
import { type Panel, panels } from './panels';
import { COLOURS, colour } from './template';

/** Gradient of one loss term on the shared weights at one moment. */
export interface TermShare {
  /** Name of the loss term, usually its head. */
  term: string;
  /** Its share in the sum of the gradient norms on the shared weights, in [0, 1]. */
  share: number;
  /** Cosine of the angle between its gradient and that of the total, in [-1, 1]; NaN for a zero gradient. */
  cosine: number;
}

/**
 * Loss terms at one moment (`gradientShares` draws them over the epochs): the share of each in the gradient on the shared
 * weights, and its cosine with the total. A share near one drowns the others; a cosine below zero pulls against the step.
 *
 * @param terms one row per loss term.
 * @param options `title`.
 * @throws `rows-empty` without rows.
 *
 * @example
 * termShares([{ term: 'direction', share: 0.9, cosine: 1 }, { term: 'volatility', share: 0.1, cosine: 0.2 }]).data.length; // 2
 */
export function termShares(terms: readonly TermShare[], options: { title?: string } = {}): Figure {
  if (terms.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'plots.termShares',
      problem: 'there are no loss terms to show',
      expected: 'at least one row { term, share, cosine }',
    });
  }
  const names = terms.map(({ term }) => term);
  const panel = (title: string, values: number[], texts: string[], more: Record<string, unknown>): Panel => ({
    title,
    traces: [
      {
        type: 'bar',
        name: title,
        showlegend: false,
        x: names,
        y: values,
        text: texts,
        textposition: 'outside',
        cliponaxis: false,
        textfont: { size: 11, color: COLOURS.text },
        width: 0.6,
        marker: { color: values.map((_, k) => colour(k)) },
        hovertemplate: '%{x}: %{text}<extra></extra>',
      },
    ],
    xaxis: { type: 'category', showgrid: false, ticks: '' },
    yaxis: more,
  });
  const list = [
    panel(
      'share of the gradient norms',
      terms.map(({ share }) => share),
      terms.map(({ share }) => formatShare(share)),
      { tickformat: '.0%', range: [0, 1.15] },
    ),
    panel(
      'cosine with the total gradient',
      terms.map(({ cosine }) => cosine),
      terms.map(({ cosine }) => (Number.isNaN(cosine) ? 'no gradient' : cosine.toFixed(2))),
      { range: [-1.25, 1.25], zeroline: true },
    ),
  ];
  return panels(list, {
    title: options.title ?? 'What each loss term asks of the shared weights',
    columns: 2,
    panelHeight: 200,
    summary: new Table(
      terms.map(({ term, share, cosine }) => ({ term, share, cosine })),
      { formats: { share: (value) => formatShare(value as number) } },
    ),
  });
}
