import { Table } from '../tables';
import { Figure, plainText } from './figure';
import { checkRows, type DrawingOptions, widthOf } from './options';
import { heading, headingGrowth } from './panels';
import { COLOURS } from './template';
import { shortened, textWidth } from './textSize';

/** The score of one forecast at one horizon. */
export interface HorizonScore {
  /** The model, head or signal. */
  name: string;
  /** How far ahead, in periods. */
  horizon: number;
  score: number;
  /** Whether the score is beyond chance; drawn bold. */
  significant?: boolean;
}

/** Below 0 is orange, above 0 is blue, 0 is the background: told apart with any kind of colour blindness. */
const AROUND_ZERO = [
  [0, '#D55E00'],
  [0.25, '#EDB98F'],
  [0.5, '#FFFFFF'],
  [0.75, '#93C1DF'],
  [1, '#0072B2'],
] as const;

/**
 * Scores by horizon as a table of coloured cells: which forecast holds how far ahead. Colours are even around 0, so that a score
 * below it is seen as such; significant ones are bold.
 *
 * @param rows one per name and horizon; a missing cell and NaN stay empty.
 * @param options `title`, `subtitle`, `width`, and `score`, the name of the score.
 * @throws ReluctantError `rows-empty` without rows.
 * @example
 * horizonTable([{ name: 'direction', horizon: 1, score: 0.05 }, { name: 'direction', horizon: 5, score: 0.02 }]).summary.rows.length; // 1
 */
export function horizonTable(rows: readonly HorizonScore[], options: DrawingOptions & { score?: string } = {}): Figure {
  const operation = 'plots.horizonTable';
  checkRows(operation, rows, 'scores', '{ name, horizon, score }');
  const width = widthOf(operation, options);
  const score = options.score ?? 'score';
  const names = [...new Set(rows.map(({ name }) => name))];
  const horizons = [...new Set(rows.map(({ horizon }) => horizon))].sort((a, b) => a - b);
  const byPlace = new Map(rows.map((row) => [`${row.horizon} ${row.name}`, row]));
  const cell = (name: string, horizon: number): HorizonScore | undefined => byPlace.get(`${horizon} ${name}`);
  const z = names.map((name) => horizons.map((horizon) => cell(name, horizon)?.score ?? Number.NaN));
  const most =
    z.flat().reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0) || 1;
  const labels = names.map((name) => shortened(plainText(name), 0.3 * width));
  const left = Math.max(60, ...labels.map((label) => textWidth(label, 11) + 16));
  const right = names.length > 4 ? 90 : 24;
  const cellWidth = (width - left - right - 20) / horizons.length;
  const decimals = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(most))));
  const text = z.map((line, i) =>
    line.map((value, j) => {
      if (!Number.isFinite(value) || cellWidth < 34) return '';
      const number = value.toFixed(decimals);
      return cell(names[i]!, horizons[j]!)?.significant ? `<b>${number}</b>` : number;
    }),
  );
  const head = heading(
    options.title ?? `${score[0]?.toUpperCase() ?? ''}${score.slice(1)} by horizon`,
    options.subtitle,
    width,
  );
  const growth = headingGrowth(head);
  return new Figure(
    [
      {
        type: 'heatmap',
        x: horizons.map(String),
        y: names.map((_, k) => k),
        z: z.map((line) => line.map((value) => (Number.isFinite(value) ? value : null))),
        zmin: -most,
        zmax: most,
        text,
        texttemplate: '%{text}',
        textfont: { size: 11, color: COLOURS.text },
        xgap: 2,
        ygap: 2,
        hoverongaps: false,
        colorscale: AROUND_ZERO,
        opacity: 0.85,
        // The numbers stand in the cells: a scale beside a few of them is crowded and says nothing more.
        showscale: names.length > 4,
        colorbar: { title: { text: plainText(score), side: 'top' }, thickness: 12, outlinewidth: 0, nticks: 5 },
        hovertemplate: 'horizon %{x}: %{z:.4g}<extra></extra>',
      },
    ],
    {
      ...head,
      width,
      height: 150 + growth + 30 * names.length,
      margin: { l: left, r: right, t: 74 + growth, b: 52 },
      showlegend: false,
      xaxis: { type: 'category', title: { text: 'horizon, periods ahead' }, showgrid: false, ticks: '' },
      yaxis: {
        autorange: 'reversed',
        tickvals: names.map((_, k) => k),
        ticktext: labels,
        showgrid: false,
        ticks: '',
        zeroline: false,
      },
    },
    {
      summary: new Table(
        names.map((name, i) => ({
          name,
          ...Object.fromEntries(horizons.map((horizon, j) => [`in ${horizon}`, z[i]![j]!])),
        })),
      ),
    },
  );
}
