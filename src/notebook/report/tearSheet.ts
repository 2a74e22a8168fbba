import * as path from 'node:path';
import { ReluctantError, writeAtomically } from '../../core';
import {
  type Backtest,
  type BacktestOptions,
  type BacktestOverfitting,
  backtest,
  type Numbers,
  type QuantileReturns,
  quantileReturns,
  reliability,
  type SignalPanel,
  signalTurnover,
  type TestedIC,
  testIC,
} from '../../evaluation';
import { TrialLedger, type TrialName } from '../../ledger';
import { Figure, overfittingHalves, performance } from '../../plots';
import { escapeHTML, formatNumber, formatShare, Table } from '../../tables';
import { type Exhibit, markdown, outputs, pageOf } from './cells';

/** What {@link tearSheet} draws from. */
export interface TearSheetData extends SignalPanel {
  symbol: readonly string[];
  /** Simple return of the one period after each row's date; without it there is no backtest. */
  returns?: Numbers;
}

/** Options of {@link tearSheet}. */
export interface TearSheetOptions {
  title?: string;
  /** Dates that a target spans, so that overlap is minded. Default 1. */
  horizon?: number;
  /** Of the backtest; `horizon` is its default for how long a signal is held. */
  backtest?: BacktestOptions;
  /** How a date is shown, e.g. `data.dayToText` for days since 1970. Default: as the number it is. */
  formatDate?: (date: number) => string;
  /** Quantiles of the predictions. Default 5. */
  quantiles?: number;
  /** The run whose model made the predictions: its returns are noted in the ledger, and judged over all that was tried on its data. */
  run?: TrialName;
  /** Default: that of this project. */
  ledger?: TrialLedger;
}

/** One question of a {@link TearSheet} and its answer. */
export interface SheetVerdict {
  question: string;
  answer: string;
  /** Chance of such an answer without skill; NaN where none is computed. */
  pValue: number;
  verdict: 'yes' | 'no' | 'not shown' | '';
}

/** A part of the sheet: a heading with what stands under it. */
interface Part {
  heading: string;
  words: string;
  shown: readonly Exhibit[];
}

/** A sheet of everything that says whether a model is worth something. It shows itself in a notebook; {@link write} makes one HTML page. */
export class TearSheet {
  /** @param verdicts the questions and answers at its head. */
  constructor(
    readonly title: string,
    readonly verdicts: readonly SheetVerdict[],
    private readonly parts: readonly Part[],
    /** The backtest, if there were returns. */
    readonly backtest?: Backtest,
  ) {}

  /** The questions and answers. */
  table(): Table<SheetVerdict> {
    return new Table(this.verdicts, {
      title: this.title,
      headings: { pValue: 'p-value' },
      formats: { pValue: (value) => formatP(value as number) },
    });
  }

  /** The sheet as one HTML page that needs no network. */
  toHTML(): string {
    const cells = this.parts.flatMap(({ heading, words, shown }) => [
      markdown(`## ${heading}\n\n${words}`),
      ...(shown.length > 0 ? [outputs(...shown)] : []),
    ]);
    return pageOf([markdown(`# ${this.title}`), outputs(this.table()), ...cells], this.title);
  }

  /**
   * Writes the page, whole or not at all.
   *
   * @throws ReluctantError `report-not-written`.
   */
  write(file: string): string {
    try {
      writeAtomically(path.resolve(file), this.toHTML());
    } catch (cause) {
      throw new ReluctantError({
        code: 'report-not-written',
        operation: 'TearSheet.write',
        problem: 'the tear sheet could not be written',
        where: { file },
        fix: 'see that the folder exists and can be written to',
        cause,
      });
    }
    return path.resolve(file);
  }

  toString(): string {
    const parts = this.parts.map(({ heading, shown }) => `${heading}\n${shown.join('\n')}`);
    return [this.table().toString(), ...parts].join('\n\n');
  }

  /** The MIME bundle of a notebook cell: pictures and tables under each other. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const html = this.parts.map(
      ({ heading, words, shown }) =>
        `<h3>${escapeHTML(heading)}</h3><p>${escapeHTML(words)}</p>${shown.map(htmlOf).join('')}`,
    );
    return { 'text/plain': this.toString(), 'text/html': `${this.table().toHTML()}${html.join('\n')}` };
  }

  /** What Node's REPL prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Pictures as images: what shows HTML of others takes drawings in it away. */
function htmlOf(shown: Exhibit): string {
  if (!(shown instanceof Figure)) return shown.toHTML();
  const picture = Buffer.from(shown.toSVG()).toString('base64');
  return `<img alt="${escapeHTML(shown.title)}" src="data:image/svg+xml;base64,${picture}">`;
}

/** A p-value, or nothing where there is none. */
const formatP = (value: number): string => (Number.isNaN(value) ? '' : value < 0.001 ? '< 0.001' : value.toFixed(3));

/**
 * Draws the tear sheet of a model's predictions in one call: is the signal real, does ranking by it pay, does trading it earn anything after costs,
 * and does what was tried before explain it? Overlapping horizons are minded throughout.
 *
 * @param data one row per date and symbol.
 * @throws ReluctantError as the functions of `evaluation`; `trial-unknown` for a run that is not in the ledger.
 * @example
 * const rows = Array.from({ length: 600 }, (_, k) => k);
 * const predictions = rows.map((k) => Math.sin(k * k));
 * const data = {
 *   date: rows.map((k) => Math.floor(k / 10)),
 *   symbol: rows.map((k) => 'ABCDEFGHIJ'[k % 10]),
 *   predictions,
 *   targets: predictions.map((x, k) => 0.01 * x + 0.02 * Math.cos(3 * k * k)),
 * };
 * tearSheet({ ...data, returns: data.targets }).verdicts[0].verdict; // 'yes'
 */
export function tearSheet(data: TearSheetData, options: TearSheetOptions = {}): TearSheet {
  const { horizon = 1, quantiles = 5, title = 'Is it real?' } = options;
  const { returns, ...panel } = data;
  const coefficient = testIC(panel, { horizon });
  const spread = quantileReturns(panel, { horizon, quantiles });
  const held =
    returns &&
    backtest(
      { date: panel.date, symbol: panel.symbol, signals: panel.predictions, returns },
      { horizon, ...options.backtest },
    );
  const judged = held && options.run !== undefined ? judge(options.run, held, options.ledger) : undefined;
  const verdicts = [
    ...signalVerdicts(coefficient, spread),
    ...(held ? [strategyVerdict(held)] : []),
    ...(judged?.verdicts ?? []),
  ];
  const parts = [
    signalPart(panel, coefficient, spread, quantiles),
    reliabilityPart(panel),
    ...(held ? [strategyPart(held, options.formatDate)] : []),
    ...(judged?.overfitting ? [overfittingPart(judged.overfitting)] : []),
  ];
  return new TearSheet(title, verdicts, parts, held);
}

function signalVerdicts(coefficient: TestedIC, spread: QuantileReturns): SheetVerdict[] {
  return [
    {
      question: 'Do the predictions rank what follows?',
      answer: `mean rank IC ${formatNumber(coefficient.mean)}, t ${coefficient.statistic.toFixed(2)} (${coefficient.naiveStatistic.toFixed(2)} if overlap is ignored)`,
      pValue: coefficient.pValue,
      verdict: says(coefficient.significant, coefficient.mean),
    },
    {
      question: 'Does the highest quantile beat the lowest?',
      answer: `by ${formatNumber(spread.spread.mean)} a row, monotonicity ${spread.monotonicity.toFixed(2)}`,
      pValue: spread.spread.pValue,
      verdict: says(spread.spread.significant, spread.spread.mean),
    },
  ];
}

const says = (significant: boolean, value: number): SheetVerdict['verdict'] =>
  significant ? (value > 0 ? 'yes' : 'no') : 'not shown';

function strategyVerdict({ summary }: Backtest): SheetVerdict {
  return {
    question: 'Does it earn after costs?',
    answer: `Sharpe ratio ${summary.annualSharpe.toFixed(2)} a year (${summary.annualSharpeBeforeCosts.toFixed(2)} before costs), break-even fee ${formatShare(summary.breakEvenFee)}`,
    pValue: summary.sharpe.pValue,
    verdict: says(summary.sharpe.significant, summary.sharpe.sharpe),
  };
}

/** Notes the returns of the run and judges them over all that was tried. */
function judge(run: TrialName, held: Backtest, given: TrialLedger | undefined) {
  const ledger = given ?? TrialLedger.open();
  const { data } = ledger.trial(run);
  ledger.evaluate(run, held.returns);
  const alone = ledger.trials.filter((trial) => trial.data === data);
  const periods = held.returns.length;
  const evaluated = alone.filter(({ strategies }) => strategies.get('strategy')?.length === periods);
  const counts = `${alone.length} trained on these data, ${evaluated.length} with returns of these periods`;
  if (evaluated.length < 2) {
    const answer = alone.length === 1 ? counts : `${counts}: too few to deflate by`;
    const question = 'Does what was tried explain it?';
    return { verdicts: [{ question, answer, pValue: Number.NaN, verdict: '' as const }], overfitting: undefined };
  }
  const deflated = ledger.deflatedSharpe(run);
  const best = ledger.best({ data, periods });
  const overfitting = ledger.overfitting({ data, periods, blocks: 8 });
  return {
    overfitting,
    verdicts: [
      {
        question: 'Is it more than the luck of the best trial?',
        answer: `deflated Sharpe ratio ${deflated.probability.toFixed(3)}; ${counts}`,
        pValue: best.pValue,
        verdict: best.significant ? ('yes' as const) : ('not shown' as const),
      },
      {
        question: 'Does the best of one half stay good in the other?',
        answer: `PBO ${formatShare(overfitting.probability)}, without skill ${overfitting.null!.band.map((share) => formatShare(share)).join(' to ')}`,
        pValue: overfitting.null!.pValue,
        verdict: overfitting.null!.pValue <= 0.05 ? ('yes' as const) : ('not shown' as const),
      },
    ],
  };
}

function signalPart(
  panel: SignalPanel & { symbol: readonly string[] },
  coefficient: TestedIC,
  spread: QuantileReturns,
  quantiles: number,
): Part {
  const { date, symbol, predictions } = panel;
  const turnover = signalTurnover({ date, symbol, predictions }, { quantiles });
  const figure = new Figure(
    [{ type: 'bar', name: 'mean target', x: spread.means.map((_, q) => `${q + 1}`), y: spread.means }],
    {
      title: { text: 'Mean target by quantile of the predictions' },
      height: 300,
      xaxis: { title: { text: 'quantile, 1 the lowest' } },
    },
  );
  const numbers = new Table([
    {
      'mean rank IC': coefficient.mean,
      ICIR: coefficient.ICIR,
      'share of dates above 0': coefficient.hitRate,
      'rank autocorrelation': turnover.rankAutocorrelation,
      'turnover of the highest': turnover.top,
      dates: coefficient.dates,
      'dates without': coefficient.skipped,
    },
  ]);
  return {
    heading: 'The signal',
    words: 'How the predictions of each date rank what followed, and how much they change from date to date.',
    shown: [numbers, figure],
  };
}

function reliabilityPart({ targets, predictions }: SignalPanel): Part {
  const found = reliability(targets, predictions);
  const rows = found.bins.map(({ count, predicted, observed }, k) => ({
    bin: k + 1,
    rows: count,
    predicted,
    observed,
  }));
  const title = `slope ${found.slope.toFixed(2)}, calibration error ${formatNumber(found.calibrationError)}, scale ratio ${formatNumber(found.scaleRatio)}`;
  return {
    heading: 'Reliability',
    words: 'Whether the predictions mean what they say: in each tenth, what was predicted and what followed.',
    shown: [new Table(rows, { title })],
  };
}

function strategyPart(held: Backtest, formatDate?: (date: number) => string): Part {
  return {
    heading: 'The strategy',
    words: 'Wealth after costs; signals are held as long as their horizon, in overlapping books.',
    shown: [performance(held, formatDate ? { dates: Array.from(held.dates, formatDate) } : {})],
  };
}

function overfittingPart(found: BacktestOverfitting): Part {
  return {
    heading: 'What was tried',
    words:
      'The best trial of each half of the time, and what became of it in the other half. Trials without returns count in the deflated Sharpe ratio and not here.',
    shown: [overfittingHalves(found)],
  };
}
