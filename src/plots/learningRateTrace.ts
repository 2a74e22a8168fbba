import { Table } from '../tables';
import { type Figure, plainText, type Trace } from './figure';
import type { Numbers } from './numbers';
import { checkLengths, checkRows, type DrawingOptions, widthOf } from './options';
import { panels } from './panels';
import { COLOURS } from './template';

/** Something that happened to a run. */
export interface RunEvent {
  epoch: number;
  kind: 'best' | 'plateau' | 'verdict' | 'stop' | 'resume';
  /** In words, for whoever points at it. */
  text?: string;
}

const EVENTS: Readonly<Record<RunEvent['kind'], { name: string; symbol: string; color: string }>> = {
  best: { name: 'best epoch', symbol: 'star', color: COLOURS.good },
  plateau: { name: 'plateau', symbol: 'diamond-open', color: COLOURS.text },
  verdict: { name: 'verdict', symbol: 'x', color: COLOURS.bad },
  stop: { name: 'stopped', symbol: 'square', color: COLOURS.text },
  resume: { name: 'resumed', symbol: 'triangle-right', color: COLOURS.text },
};

/**
 * The learning rate of every epoch on a logarithmic axis, with what happened to the run: where its weights were best, where a
 * plateau lowered the rate, where a verdict fell.
 *
 * @param epochs as the history counts them.
 * @param learningRates one per epoch; NaN is a gap, and 0 or less has no logarithm and is marked.
 * @param options `title`, `subtitle`, `width`, `events`.
 * @throws ReluctantError `rows-empty` without epochs; `lengths-differ` where the two lists do not pair.
 * @example
 * learningRateTrace([1, 2], [0.01, 0.001], { events: [{ epoch: 2, kind: 'plateau' }] }).summary.rows.length; // 1
 */
export function learningRateTrace(
  epochs: Numbers,
  learningRates: Numbers,
  options: DrawingOptions & { events?: readonly RunEvent[] } = {},
): Figure {
  const operation = 'plots.learningRateTrace';
  checkRows(operation, epochs, 'epochs', 'epoch');
  checkLengths(operation, {}, { epochs: epochs.length, learningRates: learningRates.length });
  const x = Array.from(epochs);
  const rates = Array.from(learningRates, (rate) => (rate > 0 && Number.isFinite(rate) ? rate : null));
  const events = options.events ?? [];
  const rateAt = (epoch: number): number | null => rates[x.indexOf(epoch)] ?? null;
  const positive = rates.filter((rate) => rate !== null);
  const low = positive.reduce((a, b) => Math.min(a, b), Infinity);
  const high = positive.reduce((a, b) => Math.max(a, b), 0);
  const range = positive.length ? [Math.floor(Math.log10(low) - 0.05), Math.ceil(Math.log10(high) + 0.05)] : [-4, 0];
  const floor = 10 ** range[0]!;
  const broken = x.filter((_, k) => rates[k] === null);
  const traces: Trace[] = [
    {
      type: 'scatter',
      name: 'learning rate',
      mode: x.length === 1 ? 'markers' : 'lines',
      x,
      y: rates,
      line: { color: COLOURS.training, width: 2, shape: 'hv' },
      marker: { color: COLOURS.training, size: 7 },
      hovertemplate: 'epoch %{x}: %{y:.3g}<extra></extra>',
    },
    ...eventTraces(events, (epoch) => rateAt(epoch) ?? floor),
    ...(broken.length
      ? [
          {
            type: 'scatter',
            name: 'no positive rate',
            mode: 'markers',
            x: broken,
            y: broken.map(() => floor),
            marker: { symbol: 'line-ns-open', color: COLOURS.bad, size: 9 },
            hovertemplate: 'epoch %{x}: no positive rate<extra></extra>',
          },
        ]
      : []),
  ];
  const summary = events.map(({ epoch, kind, text }) => ({
    epoch,
    kind,
    text: text ?? EVENTS[kind].name,
    rate: rateAt(epoch) ?? Number.NaN,
  }));
  const panel = {
    title: 'learning rate',
    traces,
    xTitle: 'epoch',
    yTitle: 'learning rate',
    xaxis: { zeroline: false },
    yaxis: { type: 'log', range, dtick: 1 },
  };
  return panels([panel], {
    title: options.title ?? 'Learning rate and events',
    subtitle: options.subtitle,
    width: widthOf(operation, options),
    panelHeight: 220,
    summary: new Table(
      summary.length
        ? summary
        : [{ epoch: x.at(-1)!, kind: 'last', text: 'no events', rate: rates.at(-1) ?? Number.NaN }],
    ),
  });
}

/** One trace per kind of event, on the curve where the rate is known. */
function eventTraces(events: readonly RunEvent[], height: (epoch: number) => number): Trace[] {
  return (Object.keys(EVENTS) as RunEvent['kind'][]).flatMap((kind): Trace[] => {
    const some = events.filter((event) => event.kind === kind);
    const { name, symbol, color } = EVENTS[kind];
    if (some.length === 0) return [];
    return [
      {
        type: 'scatter',
        name,
        mode: 'markers',
        x: some.map(({ epoch }) => epoch),
        y: some.map(({ epoch }) => height(epoch)),
        text: some.map(({ text }) => plainText(text ?? name)),
        marker: { symbol, color, size: 11, line: { color, width: 2 } },
        hovertemplate: 'epoch %{x}: %{text}<extra></extra>',
      },
    ];
  });
}
