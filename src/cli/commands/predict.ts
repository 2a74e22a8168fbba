import type { Command } from 'commander';
import { checkWritable } from '../../core';
import { addTargets, type Column, type Dataset, save, toMarket } from '../../data';
import { rankIC, scaleRatio } from '../../evaluation';
import { predictRobust, type RobustPredictions, robustReading } from '../../programs';
import { formatNumber } from '../../tables';
import { addDataOptions, type DataOptions, loadData } from '../dataOptions';

interface PredictOptions extends DataOptions {
  run: string;
  output: string;
  with?: string[];
  json?: boolean;
}

/** `reluctant predict`: predictions of a finished run for a file of prices, and a verdict where the future is known. */
export function define(command: Command): void {
  addDataOptions(command)
    .description('Predict with a finished run; where the data go on far enough, say how good the predictions are.')
    .requiredOption('-r, --run <folder>', 'output folder of reluctant train')
    .requiredOption('-o, --output <file>', 'file to write: .csv, .parquet, .arrow, .json, .jsonl or .xlsx')
    .option('--with <columns...>', 'columns of the data to write as well')
    .option('--json', 'print how good the predictions are as JSON')
    .addHelpText(
      'after',
      `
The files are read as those of the run were; flags given here come first. The output has a row per row of data whose features are
complete: its number in the data, symbol, date, close, the part of the run its date is in (training, validation, new), the predicted
rank of the return that follows (0 lowest, 1 highest, among the training returns), the training return of that rank, and the return
that followed, where it is known. The verdict is over the rows that were not trained on. "reluctant inspect" and "check" pair
predictedReturn with actualReturn.

Example:
  $ npx reluctant predict --data prices.csv --run runs/first --output predictions.csv`,
    )
    .action(run);
}

async function run(options: PredictOptions): Promise<void> {
  checkWritable(options.output);
  const { form, columns: remembered } = robustReading(options.run);
  const dataset = await loadData(options, form);
  const columns = { ...remembered, ...options.column };
  const predictions = predictRobust(dataset, options.run, columns);
  const market = toMarket(dataset, columns);
  const others = (options.with ?? []).map((name) => [name, dataset.column(name)] as const);
  const whole = addTargets(market, { horizon: predictions.horizon, volatility: 'realised' });
  const followed = whole.withColumns(new Map(others)).take(predictions.rows);
  const table = tableOf(
    followed,
    predictions,
    others.map(([name]) => name),
  );
  await save(table, options.output);
  const judged = judge(followed, predictions);
  const [predicted, rows] = [predictions.rows.length, dataset.rows];
  if (options.json) console.log(JSON.stringify({ output: options.output, predicted, rows, ...judged }));
  else {
    console.log(`${options.output}: ${count(predicted)} of ${count(rows)} rows predicted`);
    print(judged);
  }
}

const count = (rows: number) => rows.toLocaleString('en-US');

const PARTS = ['training', 'validation', 'new', 'unknown'] as const;

function tableOf(
  followed: Dataset,
  { rows, ranks, returns, parts }: RobustPredictions,
  others: readonly string[],
): Dataset {
  const number = (values: Float64Array): Column => ({ kind: 'number', values });
  return followed
    .select([])
    .withColumns(
      new Map<string, Column>([
        ['row', number(Float64Array.from(rows, (row) => row + 1))],
        ...['symbol', 'date', 'close', ...others].map((name) => [name, followed.column(name)] as [string, Column]),
        ['part', { kind: 'symbol', values: Int32Array.from(parts, (part) => PARTS.indexOf(part)), dictionary: PARTS }],
        ['predictedRank', number(Float64Array.from(ranks))],
        ['predictedReturn', number(returns)],
        ['actualReturn', followed.column('forwardReturn')],
      ]),
    );
}

/** How good predictions are, on the rows whose future is known and that were not trained on. */
interface Judged {
  /** Rows that were judged, and that were left out since they were trained on. */
  judged: number;
  trained: number;
  rankIC?: number;
  /** Of the rank IC, if rows were independent. */
  t?: number;
  /** Of predicted to actual returns. */
  scale?: number;
  /** Undefined where nothing of the future is known. */
  verdict?: string;
}

function judge(followed: Dataset, { ranks, returns, parts }: RobustPredictions): Judged {
  const actual = followed.numbers('forwardReturn');
  const known = [...parts.keys()].filter((k) => Number.isFinite(actual[k]!));
  const unseen = known.filter((k) => parts[k] !== 'training');
  const counts = { judged: unseen.length, trained: known.length - unseen.length };
  if (unseen.length < 10)
    return {
      ...counts,
      ...(counts.trained > 0 && { verdict: 'none, since nearly all of these rows were trained on' }),
    };
  const targets = unseen.map((k) => actual[k]!);
  const skill = rankIC(
    targets,
    unseen.map((k) => ranks[k]!),
  );
  // Under no skill the rank correlation has a standard deviation of 1/sqrt(n - 1) (Kendall and Gibbons 1990).
  const t = skill * Math.sqrt(unseen.length - 1);
  const scale = scaleRatio(
    targets,
    unseen.map((k) => returns[k]!),
  );
  return { ...counts, rankIC: skill, t, scale, verdict: verdictOf(scale, t, parts) };
}

function verdictOf(scale: number, t: number, parts: RobustPredictions['parts']): string {
  if (!(scale > 0)) return 'the predictions are constant; the model has learnt nothing it could tell apart';
  if (t < 2) return 'no skill that could be told from chance on these rows';
  return parts.includes('unknown')
    ? 'the predictions rank returns better than chance on these rows. Were they part of the training?'
    : 'the predictions rank returns better than chance on rows that were not trained on';
}

function print({ judged, trained, rankIC: skill, t, scale, verdict }: Judged): void {
  if (skill !== undefined) {
    const leftOut = trained > 0 ? `, ${count(trained)} that were trained on left out` : '';
    const certainty = `(t ${t!.toFixed(1)} if rows were independent)`;
    console.log(`rank IC ${formatNumber(skill)} over ${count(judged)} rows${leftOut} ${certainty}`);
    console.log(`scale of predicted to actual returns ${formatNumber(scale!)}`);
  }
  if (verdict !== undefined) console.log(`Verdict: ${verdict}${verdict.endsWith('?') ? '' : '.'}`);
}
