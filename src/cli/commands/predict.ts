import type { Command } from 'commander';
import { checkWritable, writeAtomically } from '../../core';
import { addTargets, type Column, toMarket } from '../../data';
import { rankIC, scaleRatio } from '../../evaluation';
import { predictRobust } from '../../programs';
import { formatNumber } from '../../tables';
import { addDataOptions, type DataOptions, loadData } from '../dataOptions';

interface PredictOptions extends DataOptions {
  run: string;
  output: string;
}

/** `reluctant predict`: predictions of a finished run for a file of prices, and a verdict where the future is known. */
export function define(command: Command): void {
  addDataOptions(command)
    .description('Predict with a finished run; where the data go on far enough, say how good the predictions are.')
    .requiredOption('-r, --run <folder>', 'output folder of reluctant train')
    .requiredOption('-o, --output <file>', 'CSV file to write')
    .addHelpText(
      'after',
      `
The output has a row per row of data whose features are complete: symbol, date, close, the predicted rank of the return
that follows (0 lowest, 1 highest, among the training returns), the training return of that rank, and the return that
followed, where it is known.

Example:
  $ npx reluctant predict --data prices.csv --run runs/first --output predictions.csv`,
    )
    .action(run);
}

async function run(options: PredictOptions): Promise<void> {
  checkWritable(options.output);
  const dataset = await loadData(options);
  const { rows, ranks, returns, horizon } = predictRobust(dataset, options.run);
  const market = toMarket(dataset, options.column ?? {});
  const followed = addTargets(market, { horizon, volatility: 'realised' }).take(rows);
  const number = (values: Float64Array): Column => ({ kind: 'number', values });
  const table = followed.select(['symbol', 'date', 'close']).withColumns({
    predictedRank: number(Float64Array.from(ranks)),
    predictedReturn: number(returns),
    actualReturn: followed.column('forwardReturn'),
  });
  writeAtomically(options.output, table.toCSV());
  console.log(
    `${options.output}: ${rows.length.toLocaleString('en-US')} of ${dataset.rows.toLocaleString('en-US')} rows predicted`,
  );
  const actual = followed.numbers('forwardReturn');
  const known = [...rows.keys()].filter((k) => Number.isFinite(actual[k]!));
  if (known.length < 10) return;
  const targets = known.map((k) => actual[k]!);
  const predictions = known.map((k) => ranks[k]!);
  const skill = rankIC(targets, predictions);
  // Under no skill the rank correlation has a standard deviation of 1/sqrt(n - 1) (Kendall and Gibbons 1990).
  const t = skill * Math.sqrt(known.length - 1);
  const scale = scaleRatio(
    targets,
    known.map((k) => returns[k]!),
  );
  console.log(
    `rank IC ${formatNumber(skill)} over ${known.length.toLocaleString('en-US')} rows (t ${t.toFixed(1)} if rows were independent)`,
  );
  console.log(`scale of predicted to actual returns ${formatNumber(scale)}`);
  if (!(scale > 0))
    console.log('Verdict: the predictions are constant; the model has learnt nothing it could tell apart.');
  else if (t < 2) console.log('Verdict: no skill that could be told from chance on these rows.');
  else
    console.log(
      'Verdict: the predictions rank returns better than chance on these rows. Were they part of the training?',
    );
}
