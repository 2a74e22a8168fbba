import { COLOURS, Figure, PALETTE } from '../src/plots';
import { formatDuration, Table } from '../src/tables';

/** One line of the result: a piece of work, beside how else it can be done. */
export interface Row {
  work: string;
  /** The work in a few words. */
  name: string;
  against: string;
  /** How many times longer the other side takes. */
  ratio: number;
  /** What is asked of the ratio. */
  goal: number;
  /** The same of processor time; NaN where it was not measured. */
  cpuRatio: number;
  /** Seconds of this project: per step, or of the whole where the work says so. */
  seconds: number;
  /** Resident memory of this project's process, bytes. */
  memory: number;
  otherSeconds: number;
  otherMemory: number;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const time = (seconds: number) =>
  seconds < 1e-3
    ? `${(seconds * 1e6).toPrecision(3)} µs`
    : seconds < 1
      ? `${(seconds * 1e3).toPrecision(3)} ms`
      : formatDuration(seconds);
const megabytes = (bytes: number) => (Number.isNaN(bytes) ? null : Math.round(bytes / 1e6));
const short = (value: number) => (Number.isNaN(value) ? null : Number(value.toPrecision(3)));

/** The rows as people read them. */
export function tableOf(rows: readonly Row[]): Table<object> {
  return new Table(
    rows.map((row) => ({
      work: row.work,
      against: row.against,
      'times faster': short(row.ratio),
      'at least': short(row.goal),
      met: row.ratio >= row.goal,
      'of processor time': short(row.cpuRatio),
      'this project': time(row.seconds),
      other: time(row.otherSeconds),
      'memory MB': megabytes(row.memory),
      'its memory MB': megabytes(row.otherMemory),
    })),
    { title: 'Compiled training beside others: medians, per step or in all where it says so' },
  );
}

/** A bar per row on a logarithmic scale, and a mark at what is asked. */
export function figureOf(rows: readonly Row[]): Figure {
  const labels = rows.map(({ name, against }) => `${name} / ${against}`).reverse();
  const backwards = [...rows].reverse();
  const bars = {
    type: 'bar',
    orientation: 'h',
    name: 'measured',
    y: labels,
    x: backwards.map(({ ratio }) => ratio),
    text: backwards.map(({ ratio }) => `${short(ratio)}`),
    textposition: 'outside',
    cliponaxis: false,
    marker: { color: PALETTE[0] },
  };
  const goals = {
    type: 'scatter',
    mode: 'markers',
    name: 'at least',
    y: labels,
    x: backwards.map(({ goal }) => goal),
    marker: { symbol: 'line-ns-open', size: 22, line: { width: 3 }, color: COLOURS.bad },
  };
  const most = Math.max(...rows.flatMap(({ ratio, goal }) => [ratio, goal]));
  const least = Math.min(1, ...rows.flatMap(({ ratio, goal }) => [ratio, goal]));
  return new Figure(
    [bars, goals],
    {
      title: { text: 'How many times faster compiled training is' },
      height: 140 + 34 * rows.length,
      margin: { l: 330, r: 40 },
      legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1, yanchor: 'bottom' },
      xaxis: {
        type: 'log',
        range: [Math.log10(least) - 0.05, Math.log10(most) + 0.3],
        title: { text: 'times, logarithmic' },
      },
      yaxis: { automargin: false, ticks: '' },
      bargap: 0.4,
    },
    { summary: tableOf(rows) },
  );
}
