import { type ExploredRun, gradientRows } from '../../explorer/exploredRun';
import type { RunList } from '../../explorer/runList';
import type { ExploredSetting } from '../../explorer/setting';
import { type Figure, type HeadPredictions, type Panel, panels, predictionPanel, type Trace } from '../../plots';
import type { HistoryRow } from '../../training';

/** What is on the screen: always of the setting that the controls stand at. */
export interface Drawing {
  /** Undefined where the controls stand at a setting without a meaning. */
  setting: ExploredSetting | undefined;
  /** Empty until the first epoch has ended. */
  history: readonly HistoryRow[];
  /** Of every head, as the weights are now; empty before the first epoch. */
  predictions: readonly HeadPredictions[];
  /** The finished run; undefined while it trains. */
  run: ExploredRun | undefined;
  /** The run that was on the screen before, drawn in grey to compare with. */
  before: ExploredRun | undefined;
  /** Whether that one was pinned, and is no longer the last. */
  isPinned: boolean;
}

const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const BEFORE = { color: '#B8C1CA', width: 1.5 };
/** Enough to see the shape, few enough to draw ten times a second. */
const POINTS = 300;

/**
 * The curves of every measure, what each head's loss asks of the shared weights, and predictions over targets.
 *
 * @param column which of the drawing's predictions is shown.
 */
export function liveView({ measures, epochs }: RunList, drawing: Drawing, column: string, title: string): Figure {
  const { history, predictions, before, isPinned } = drawing;
  const curves = measures.map(
    ({ key }): Panel => ({
      title: key,
      traces: [
        ...(before
          ? [{ ...line(isPinned ? 'baseline' : 'before', before.history, key), line: BEFORE, mode: 'lines' }]
          : []),
        { ...line(key, history, key, 0), showlegend: false },
      ],
      ...epochAxis(epochs),
    }),
  );
  const shown = predictions.find(({ head }) => head === column) ?? predictions[0];
  const points = shown && predictionPanel(shown, { maxPoints: POINTS });
  const list = [
    ...curves,
    ...gradientPanels(history, epochs),
    ...(points ? [{ ...points, title: `predictions of ${points.title}` }] : []),
  ];
  const subtitle = history.length === 0 ? 'no epoch yet' : `epoch ${history.length} of ${epochs}`;
  return panels(list, { title, subtitle, panelHeight: 150 });
}

/** What each head's loss asks of the shared weights; nothing for a model of one head. */
function gradientPanels(history: readonly HistoryRow[], epochs: number): Panel[] {
  const rows = gradientRows(history);
  const terms = [...new Set(rows.map(({ term }) => term))];
  if (terms.length < 2) return [];
  const panel = (title: string, key: 'norm' | 'cosine', yaxis: Record<string, unknown>): Panel => ({
    title,
    traces: terms.map((term, k) => {
      const own = rows.filter((row) => row.term === term);
      return curve(
        term,
        own.map(({ epoch }) => epoch),
        own.map((row) => row[key]),
        k,
      );
    }),
    ...epochAxis(epochs),
    yaxis,
  });
  return [
    panel('gradient share', 'norm', { tickformat: '.0%', range: [-0.02, 1.02] }),
    panel('gradient cosine', 'cosine', { range: [-1.05, 1.05] }),
  ];
}

/** The whole run from the start, so that the axis does not move with every epoch. */
const epochAxis = (epochs: number) => ({
  xTitle: 'epoch',
  xaxis: { zeroline: false, range: [0.5, Math.max(1.5, epochs + 0.5)], nticks: 6 },
});

function line(name: string, history: readonly HistoryRow[], key: string, k = 0): Trace {
  return curve(
    name,
    history.map(({ epoch }) => epoch + 1),
    history.map((row) => row[key]),
    k,
  );
}

function curve(name: string, x: readonly number[], y: readonly (number | undefined)[], k: number): Trace {
  const style = { line: { color: COLOURS[k % COLOURS.length] }, marker: { size: 4 } };
  return { type: 'scatter', mode: 'lines+markers', name, x, y, ...style };
}
