import type { Command } from 'commander';
import { checkWritable, writeAtomically } from '../../core';
import { check } from '../../data';
import { addDataOptions, type DataOptions, loadData } from '../dataOptions';
import { EXIT } from '../exitCodes';

interface Options extends DataOptions {
  repair?: string;
}

/** `reluctant check-data`: what is wrong with data, with row numbers; with `--repair`, a copy without the faulty rows. */
export function define(command: Command): void {
  addDataOptions(command)
    .description('Look market data over: dates, duplicates, gaps, prices that cannot be, survivorship, look-ahead.')
    .option('--repair <file>', 'write a CSV without the faulty rows')
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
  console.log(report.toString());
  if (options.repair !== undefined) {
    const { dataset: repaired, dropped } = report.repair();
    writeAtomically(options.repair, repaired.toCSV());
    console.log(
      `${options.repair}: ${dropped.toLocaleString('en-US')} of ${dataset.rows.toLocaleString('en-US')} rows dropped`,
    );
  } else if (!report.passed) process.exitCode = EXIT.failed;
}
