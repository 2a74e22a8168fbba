import * as fs from 'node:fs';
import type { Command } from 'commander';
import { checkWritable, ReluctantError } from '../../core';
import { addTargets, type Column, type Dataset, dayToText, load, toMarket } from '../../data';
import { TrialLedger } from '../../ledger';
import { type TearSheet, type TearSheetData, tearSheet } from '../../notebook/report';
import { predictRobust } from '../../programs';
import { readRecord } from '../../runs';
import { addDataOptions, type DataOptions, loadData, number } from '../dataOptions';
import { EXIT } from '../exitCodes';

interface EvaluateOptions extends Partial<DataOptions> {
  horizon?: number;
  fee: number;
  prediction?: string;
  target?: string;
  trial?: string;
  html?: string;
  json?: boolean;
}

/** What a column is looked for under when none is named. */
const NAMES = {
  prediction: ['predictedRank', 'prediction', 'predicted', 'signal', 'score'],
  target: ['actualReturn', 'target', 'actual', 'return', 'forwardReturn'],
} as const;

const CLOSING = `
RUN is the output folder of reluctant train, with --data the prices to predict; or a file of predictions from anywhere, with the columns
date, symbol, prediction, target (what followed over the horizon) and close, from which one period's returns are taken.

Examples:
  $ npx reluctant evaluate runs/first --data prices.csv --html reports/first.html
  $ npx reluctant evaluate predictions.csv --prediction score --target return5 --horizon 5

The exit code is 0 when the predictions rank what follows better than chance, and ${EXIT.failed} when that is not shown.`;

/** `reluctant evaluate`: the tear sheet of a run or of a file of predictions. */
export function define(command: Command): void {
  addDataOptions(command, { required: false })
    .description('Say whether the skill of a run is real: the tear sheet, in the shell and as one HTML page.')
    .argument('<run>', 'output folder of reluctant train, or a file of predictions')
    .option('--horizon <n>', 'dates that a target spans (default: that of the run, else 1)', number(1, 10_000, true))
    .option('--fee <share>', 'cost of trading as a share of what is traded', number(0, 1), 0.001)
    .option('--prediction <column>', 'column of the predictions in a file')
    .option('--target <column>', 'column of what followed in a file')
    .option(
      '--trial <id>',
      'trial in the ledger that made the predictions, judged over all that was tried (default: that of the run)',
    )
    .option('--html <file>', 'write the sheet as one page')
    .option('--json', 'print the verdicts as JSON')
    .addHelpText('after', CLOSING)
    .action(run);
}

async function run(source: string, options: EvaluateOptions): Promise<void> {
  if (options.html !== undefined) checkWritable(options.html);
  const isFolder = fs.existsSync(source) && fs.statSync(source).isDirectory();
  const { data, horizon, formatDate } = isFolder ? await ofRun(source, options) : await ofFile(source, options);
  const tried = triedBefore(isFolder ? source : undefined, options.trial);
  const sheet = tearSheet(data, {
    title: `Is it real? ${source}`,
    horizon,
    formatDate,
    backtest: { feeFraction: options.fee },
    ...tried,
  });
  print(sheet, options);
  process.exitCode = sheet.verdicts[0]?.verdict === 'yes' ? EXIT.ok : EXIT.failed;
}

/**
 * The trial that is judged, with the ledger it is in: the one named, or that of the run's own record. A run of which no trial is known is
 * judged alone, which is said.
 */
function triedBefore(folder: string | undefined, named: string | undefined) {
  if (named !== undefined) return { run: named, ledger: TrialLedger.open() };
  if (folder === undefined) return {};
  const trial = readRecord(folder)?.trial;
  try {
    const ledger = TrialLedger.open();
    ledger.trial({ trial });
    return { run: trial!, ledger };
  } catch (error) {
    if (!(error instanceof ReluctantError)) throw error;
    console.error(`! not judged over what was tried before: ${error.message}`);
    return {};
  }
}

function print(sheet: TearSheet, { html, json }: EvaluateOptions): void {
  if (html !== undefined) sheet.write(html);
  if (json) console.log(JSON.stringify({ verdicts: sheet.verdicts, backtest: sheet.backtest?.summary }));
  else console.log(`${sheet.table()}${html === undefined ? '' : `\n\n${html}`}`);
}

/** Predictions of a run for the prices of `--data`, with what followed them. */
async function ofRun(folder: string, options: EvaluateOptions) {
  if (!options.data) {
    throw new ReluctantError({
      code: 'data-missing',
      operation: 'evaluate',
      problem: 'a run is judged on prices, and none are named',
      where: { run: folder },
      fix: 'add --data FILE, prices that the run was not trained on',
    });
  }
  const dataset = await loadData(options as DataOptions);
  const { rows, ranks, horizon } = predictRobust(dataset, folder);
  const market = toMarket(dataset, options.column ?? {});
  const followed = addTargets(market, { horizon, volatility: 'realised' });
  const next = addTargets(market, { horizon: 1, volatility: 'realised' });
  const all = followed.withColumns({ nextReturn: next.column('forwardReturn') }).take(rows);
  const predicted: Column = { kind: 'number', values: Float64Array.from(ranks) };
  const panel = all.withColumns({ prediction: predicted });
  return {
    data: panelOf(panel, 'prediction', 'forwardReturn', 'nextReturn'),
    horizon: options.horizon ?? horizon,
    formatDate: dateText(panel),
  };
}

/** Predictions of a file, with the targets that stand beside them. */
async function ofFile(file: string, options: EvaluateOptions) {
  const dataset = await load(file);
  const name = (kind: keyof typeof NAMES) => {
    const given = options[kind];
    const found = given === undefined ? NAMES[kind].find((one) => dataset.has(one)) : given;
    if (found !== undefined && dataset.has(found)) return found;
    throw new ReluctantError({
      code: 'column-not-found',
      operation: 'evaluate',
      problem: `no column of ${kind}s`,
      where: { file },
      received: dataset.names,
      expected: given ?? NAMES[kind].join(', '),
      fix: `name it: --${kind} COLUMN`,
    });
  };
  const [prediction, target] = [name('prediction'), name('target')];
  const hasPrices = ['close', 'Close', 'price'].some((one) => dataset.has(one));
  const market = hasPrices ? toMarket(dataset, options.column ?? {}) : dataset;
  const priced = hasPrices
    ? market.withColumns({
        nextReturn: addTargets(market, { horizon: 1, volatility: 'realised' }).column('forwardReturn'),
      })
    : market;
  return {
    data: panelOf(priced, prediction, target, hasPrices ? 'nextReturn' : undefined),
    horizon: options.horizon ?? 1,
    formatDate: dateText(priced),
  };
}

/** How the dates of a file are shown. */
function dateText(dataset: Dataset): (date: number) => string {
  const { kind } = dataset.column('date');
  if (kind === 'date') return dayToText;
  return kind === 'time' ? (date) => new Date(date).toISOString() : String;
}

/** The rows of which everything is known, as columns of a panel. */
function panelOf(dataset: Dataset, prediction: string, target: string, returns: string | undefined): TearSheetData {
  const date = dataset.column('date');
  const columns = [prediction, target, ...(returns === undefined ? [] : [returns])].map((one) => dataset.numbers(one));
  const isKnown = (row: number) => columns.every((values) => Number.isFinite(values[row]!));
  const rows = Array.from({ length: dataset.rows }, (_, row) => row).filter(isKnown);
  const pick = (values: ArrayLike<number>) => Float64Array.from(rows, (row) => values[row]!);
  const symbols = dataset.values('symbol');
  return {
    date: pick(date.values),
    symbol: rows.map((row) => String(symbols[row])),
    predictions: pick(columns[0]!),
    targets: pick(columns[1]!),
    ...(columns[2] && { returns: pick(columns[2]) }),
  };
}
