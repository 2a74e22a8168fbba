import { type Command, InvalidArgumentError } from 'commander';
import { parseJSON, ReluctantError, readPlainText } from '../../core';
import { checkCriteria, readCriteria } from '../../inspection';
import { EXIT } from '../exitCodes';

interface Options {
  criteria: string;
  history?: string;
  value: Record<string, number>;
  json?: boolean;
}

const CLOSING = `
Examples:
  reluctant check predictions.csv --criteria data/criteria/run-3.json
  reluctant check predictions.parquet --criteria mine.json --history runs/a/history.json --value pbo=0.12

Columns of the file are heads; "volatility_target" holds the targets of "volatility". Cells are numbers or lists of numbers.
The exit code is 0 when every must is fulfilled and ${EXIT.failed} when one is not.`;

/** `reluctant check`. */
export function define(command: Command): void {
  command
    .description('Check predictions from anywhere against criteria in a file.')
    .argument('<predictions>', 'a CSV, Parquet, Arrow, JSON or Excel file of predictions')
    .requiredOption('--criteria <file>', 'JSON file with what must hold and what would be nice')
    .option('--history <file>', 'JSON file with the rows of the run’s history, for criteria on its metrics')
    .option('--value <name=number>', 'a number for criteria that name one (repeatable)', value, {})
    .option('--json', 'print the outcome as JSON')
    .addHelpText('after', CLOSING)
    .action(async (file: string, options: Options) => {
      const criteria = readCriteria(options.criteria);
      const history = options.history === undefined ? undefined : readHistory(options.history);
      const table = await checkCriteria(criteria, file, { values: options.value, ...(history && { history }) });
      if (options.json)
        console.log(JSON.stringify({ passed: table.passed, rows: table.rows, rollback: table.rollback }));
      else {
        console.log(table.toString());
        const failed = table.rows.filter(({ kind, outcome }) => kind === 'must' && outcome !== 'pass').length;
        console.log(table.passed ? '\n✔ every must is fulfilled' : `\n✘ ${failed} of the musts not fulfilled`);
        for (const [k, step] of table.rollback.entries()) console.log(`  ${k + 1}. ${step}`);
      }
      process.exitCode = table.passed ? EXIT.ok : EXIT.failed;
    });
}

function value(text: string, before: Record<string, number>): Record<string, number> {
  const [, name, number] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || !Number.isFinite(Number(number))) throw new InvalidArgumentError('expected name=number');
  return { ...before, [name]: Number(number) };
}

function readHistory(file: string): Record<string, number>[] {
  try {
    const rows: unknown = parseJSON(readPlainText('check', file));
    if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) return rows;
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw unreadable(file, cause);
  }
  throw unreadable(file);
}

const unreadable = (file: string, cause?: unknown) =>
  new ReluctantError({
    code: 'history-not-readable',
    operation: 'check',
    problem: 'the history cannot be read',
    where: { file },
    expected: 'a JSON array of rows, such as the history.json of a run record',
    cause,
  });
