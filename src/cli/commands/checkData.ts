import type { Command } from 'commander';
import { checkWritable } from '../../core';
import { check, save } from '../../data';
import { addDataOptions, type DataOptions, loadData } from '../dataOptions';
import { EXIT } from '../exitCodes';

interface Options extends DataOptions {
  repair?: string;
  json?: boolean;
}

/** `reluctant check-data`: what is wrong with data, with row numbers; with `--repair`, a copy without the faulty rows. */
export function define(command: Command): void {
  addDataOptions(command)
    .description('Look market data over: cells, dates, splits, units, stale rows, columns, survivorship, look-ahead.')
    .option('--repair <file>', 'write a copy without the faulty rows: .csv, .parquet, .arrow, .json, .jsonl or .xlsx')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when something is an error and is not repaired.\n\nExample:\n  $ npx reluctant check-data --data prices.csv --repair clean.csv',
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.repair !== undefined) checkWritable(options.repair);
  const dataset = await loadData(options);
  const report = check(dataset, options.column ? { columns: options.column } : {});
  const say = options.json ? console.error : console.log;
  if (options.json)
    console.log(JSON.stringify({ passed: report.passed, looked: report.looked, findings: report.findings }));
  else say(report.toString());
  if (options.repair !== undefined) {
    const { dataset: repaired, dropped } = report.repair();
    await save(repaired, options.repair);
    say(
      `${options.repair}: ${dropped.toLocaleString('en-US')} of ${dataset.rows.toLocaleString('en-US')} rows dropped`,
    );
  } else if (!report.passed) process.exitCode = EXIT.failed;
}
