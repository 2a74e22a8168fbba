import { ReluctantError } from '../core';
import { formatShare, Table } from '../tables';
import { extent } from './extent';
import type { Figure, Trace } from './figure';
import { type Panel, panels } from './panels';
import { COLOURS, colour } from './template';

/** Gradient of one loss term on the shared weights at one epoch. */
export interface TermGradient {
  epoch: number;
  /** Name of the loss term, usually its head. */
  term: string;
  /** Norm of this term's weighted gradient on the shared weights. */
  norm: number;
  /** Cosine of the angle between this term's gradient and the sum of all, in [-1, 1]; NaN for a zero gradient. */
  cosine: number;
}

/**
 * Two panels over the epochs: the share of each loss term in the sum of the gradient norms on the shared weights, and the
 * cosine of each term with the total. A term whose share is near zero is drowned; a negative cosine says that training works
 * against it.
 *
 * @param rows one per epoch and term.
 * @param options `title`.
 * @throws `rows-empty` without rows.
 *
 * @example
 * gradientShares([{ epoch: 1, term: 'direction', norm: 3, cosine: 1 }, { epoch: 1, term: 'volatility', norm: 1, cosine: 0.2 }])
 *   .data.length; // 5
 */
export function gradientShares(rows: readonly TermGradient[], options: { title?: string } = {}): Figure {
  if (rows.length === 0) {
    throw new ReluctantError({
      code: 'rows-empty',
      operation: 'plots.gradientShares',
      problem: 'there are no gradients to show',
      expected: 'at least one row { epoch, term, norm, cosine }',
    });
  }
  const terms = [...new Set(rows.map(({ term }) => term))];
  const totals = new Map<number, number>();
  for (const { epoch, norm } of rows) totals.set(epoch, (totals.get(epoch) ?? 0) + norm);
  const share = ({ epoch, norm }: TermGradient): number => norm / totals.get(epoch)!;
  const epochs = [...totals.keys()];
  const line = (term: string, k: number, value: (row: TermGradient) => number, more: object): Trace => {
    const points = rows.filter((row) => row.term === term);
    return {
      type: 'scatter',
      name: term,
      x: points.map(({ epoch }) => epoch),
      y: points.map(value),
      line: { color: colour(k), width: 2 },
      ...more,
    };
  };
  const mode = epochs.length > 40 ? 'lines' : 'lines+markers';
  const list: Panel[] = [
    {
      title: 'share of the gradient norms',
      traces: terms.map((term, k) => line(term, k, share, { mode, marker: { size: 5, color: colour(k) } })),
      xTitle: 'epoch',
      yaxis: { tickformat: '.0%', range: [-0.02, 1.02] },
    },
    {
      title: 'cosine with the total gradient',
      traces: [
        ...terms.map((term, k) =>
          line(term, k, ({ cosine }) => cosine, { mode, marker: { size: 5, color: colour(k) } }),
        ),
        {
          type: 'scatter',
          mode: 'lines',
          x: extent(epochs),
          y: [0, 0],
          line: { color: COLOURS.neutral, width: 1, dash: 'dash' },
          showlegend: false,
          hoverinfo: 'skip',
        },
      ],
      xTitle: 'epoch',
      yaxis: { range: [-1.05, 1.05] },
    },
  ];
  const lastEpoch = Math.max(...epochs);
  const summary = rows
    .filter(({ epoch }) => epoch === lastEpoch)
    .map((row) => ({ term: row.term, epoch: row.epoch, norm: row.norm, share: share(row), cosine: row.cosine }));
  return panels(list, {
    title: options.title ?? 'What each loss term asks of the shared weights',
    columns: 2,
    panelHeight: 230,
    summary: new Table(summary, { formats: { share: (value) => formatShare(value as number) } }),
  });
}
