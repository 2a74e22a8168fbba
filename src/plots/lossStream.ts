import { formatShare, Table } from '../tables';
import type { Figure, Trace } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { faded, seriesStyles } from './template';

/** What one term of the loss adds to the total at one epoch. */
export interface TermLoss {
  epoch: number;
  term: string;
  /** Weighted: the terms add up to the loss that is minimised. */
  loss: number;
}

/**
 * Composition of the loss over the epochs: its weighted terms on top of each other, and their shares beside. A term of a few per
 * cent is not what is being minimised. Terms below 0 (a log likelihood, a Sharpe ratio) cannot be stacked: they are drawn as
 * lines, and a note says so.
 *
 * @param rows one per epoch and term.
 * @param options `title`, `subtitle`, `width`.
 * @throws ReluctantError `rows-empty` without rows.
 * @example
 * lossStream([{ epoch: 1, term: 'direction', loss: 3 }, { epoch: 1, term: 'volatility', loss: 1 }]).summary.rows[1].share; // 0.25
 */
export function lossStream(rows: readonly TermLoss[], options: DrawingOptions = {}): Figure {
  const operation = 'plots.lossStream';
  checkRows(operation, rows, 'terms', '{ epoch, term, loss }');
  const terms = [...new Set(rows.map(({ term }) => term))];
  const epochs = [...new Set(rows.map(({ epoch }) => epoch))].sort((a, b) => a - b);
  const byPlace = new Map(rows.map(({ epoch, term, loss }) => [`${epoch} ${term}`, loss]));
  const lossAt = (term: string, epoch: number): number => byPlace.get(`${epoch} ${term}`) ?? Number.NaN;
  const totals = new Map(
    epochs.map((epoch) => [epoch, terms.reduce((sum, term) => sum + (lossAt(term, epoch) || 0), 0)]),
  );
  const stacks = rows.every(({ loss }) => !(loss < 0));
  const styles = seriesStyles(terms);
  const area = (term: string, value: (epoch: number) => number, stack: string): Trace => {
    const { color, dash } = styles.get(term)!;
    return {
      type: 'scatter',
      name: term,
      mode: epochs.length === 1 ? 'markers' : 'lines',
      x: epochs,
      y: epochs.map(value),
      line: { color, dash, width: stacks ? 1 : 2 },
      marker: { color, size: 8 },
      ...(stacks && { stackgroup: stack, fillcolor: faded(color, 0.55) }),
      hovertemplate: `epoch %{x}: %{y:${stack === 'share' ? '.1%' : '.4g'}}<extra>%{fullData.name}</extra>`,
    };
  };
  const share = (term: string, epoch: number): number => lossAt(term, epoch) / totals.get(epoch)!;
  const last = epochs.at(-1)!;
  const xaxis = { zeroline: false };
  return panels(
    [
      {
        title: 'weighted loss',
        traces: terms.map((term) => area(term, (epoch) => lossAt(term, epoch), 'loss')),
        xTitle: 'epoch',
        xaxis,
        yaxis: { rangemode: stacks ? 'tozero' : 'normal' },
      },
      ...(stacks
        ? [
            {
              title: 'share of the loss',
              traces: terms.map((term) => area(term, (epoch) => share(term, epoch), 'share')),
              xTitle: 'epoch',
              xaxis,
              yaxis: { tickformat: '.0%', range: [0, 1] },
            },
          ]
        : []),
    ],
    {
      title: options.title ?? 'What the loss is made of',
      subtitle: options.subtitle,
      width: widthOf(operation, options),
      columns: 2,
      panelHeight: 240,
      summary: new Table(
        terms.map((term) => ({ term, epoch: last, loss: lossAt(term, last), share: share(term, last) })),
        { formats: { share: (value) => formatShare(value as number) } },
      ),
      notes: stacks ? [] : ['Some terms are below 0: they are drawn as lines instead of a stack, and have no shares.'],
    },
  );
}
