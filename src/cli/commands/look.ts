import type { Command } from 'commander';
import { checkWritable } from '../../core';
import { look, save } from '../../data';
import { addDataOptions, type DataOptions, loadData } from '../dataOptions';
import { flagOf } from '../flags';

interface Options extends DataOptions {
  write?: string;
  json?: boolean;
}

/** `reluctant look`: what was understood of files, and the flags that say otherwise. */
export function define(command: Command): void {
  addDataOptions(command, { isArgument: true })
    .description(
      'Show what is understood of a file of prices: columns with roles and kinds, period, frequency, symbols, doubts.',
    )
    .option('--write <file>', 'write what was understood: .csv, .parquet, .arrow, .json, .jsonl or .xlsx')
    .option('--json', 'print what was understood as JSON')
    .addHelpText(
      'after',
      `
Lines with ! say what was decided, lines with ? what to make sure of, with the flag that says otherwise. train, predict and
check-data take the same flags; predict reads files as train did.

Examples:
  $ npx reluctant look prices.csv
  $ npx reluctant look export.xlsx --sheet Prices --day-first --write prices.parquet`,
    )
    .action(run);
}

async function run(files: string[], options: Omit<Options, 'data'>): Promise<void> {
  if (options.write !== undefined) checkWritable(options.write);
  const { write, column } = options;
  const quiet = await loadData({ ...options, data: files }, {}, { silent: true });
  const looked = look(quiet, column ?? {}, flagOf);
  const { columns, facts, doubts } = looked;
  const { name, rows, notes } = quiet;
  console.log(options.json ? JSON.stringify({ name, rows, columns, facts, notes, doubts }) : looked.toString());
  if (write !== undefined) {
    await save(quiet, write);
    (options.json ? console.error : console.log)(`${write}: ${rows.toLocaleString('en-US')} rows written`);
  }
}
