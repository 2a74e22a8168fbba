import { type Command, InvalidArgumentError, Option } from 'commander';
import { visible } from '../core';
import {
  type Dataset,
  ENCODINGS,
  FILE_FORMATS,
  FORM_OPTIONS,
  type FormOptions,
  load,
  MARKET_COLUMNS,
  type MarketColumn,
} from '../data';

/** Options of every command that reads market data. */
export interface DataOptions extends FormOptions {
  data: string[];
  column?: Partial<Record<MarketColumn, string>>;
}

/** Adds them to a command. @param where `isArgument`: the files are arguments, and not behind `--data`; `required`: default true. */
export function addDataOptions(command: Command, { isArgument = false, required = true } = {}): Command {
  const files = 'CSV, TSV, text, Parquet, Arrow, JSON, Excel, DuckDB or SQLite files or globs (.gz, .zst too)';
  if (isArgument) command.argument('<files...>', files);
  else if (required) command.requiredOption('-d, --data <files...>', files);
  else command.option('-d, --data <files...>', files);
  command
    .option(
      '--column <role=name>',
      `name of a column that is not recognised: ${MARKET_COLUMNS.join(', ')}`,
      collect,
      {},
    )
    .addOption(new Option('--format <format>', 'where the name of the file does not tell').choices(FILE_FORMATS))
    .option('--delimiter <mark>', 'between cells: a character, tab or whitespace (default: found out)')
    .addOption(
      new Option('--encoding <name>', 'of a text file (default: utf-8, or utf-16 where it shows)').choices(ENCODINGS),
    )
    .option('--header', 'the first row names the columns, whatever it looks like')
    .option('--no-header', 'the first row is data; columns are called column0, column1 ...')
    .option('--skip-rows <n>', 'lines above the header that are no part of the table', number(0, 1e9, true))
    .option('--missing <texts...>', 'texts that stand for a missing value (default: NA, null, NaN ...)')
    .addOption(new Option('--decimal <mark>', 'the decimal mark (default: told from all numbers)').choices(['.', ',']))
    .addOption(
      new Option('--thousands <mark>', 'between thousands (default: told from all numbers)').choices([
        ',',
        '.',
        ' ',
        "'",
        '_',
      ]),
    )
    .option('--date-format <format>', 'strptime, such as "%d.%m.%Y %H:%M"; or unix-s, unix-ms, unix-us, unix-ns, excel')
    .option('--day-first', '01/02/2020 is the first of February')
    .option('--month-first', '01/02/2020 is the second of January')
    .option('--time-column <name>', 'column with the time of day of the column of days')
    .option('--time-zone <zone>', 'zone of times written without one (default: UTC)')
    .option('--texts <names...>', 'columns that are kept as texts, whatever they look like')
    .option('--sheet <name>', 'sheet of a workbook (default: the first with a table)')
    .option('--table <name>', 'table of a database, or path of the table in a JSON file')
    .option('--symbol-from-name [pattern]', 'the symbol is the name of the file, or the part that {symbol} stands for')
    .option('--query <sql>', 'SQL over what is read, as the table data; over the tables of a database');
  return command;
}

/** What the options say of how files are written, as `data.load` and a run's settings take it. */
export function formOf(options: DataOptions & { dayFirst?: boolean; monthFirst?: boolean }): FormOptions {
  const given: Record<string, unknown> = { ...options };
  // Two flags for the two answers: the default is to find out.
  if (options.monthFirst) given['dayFirst'] = false;
  const entries = FORM_OPTIONS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const]));
  return Object.fromEntries(entries) as FormOptions;
}

/** Reads what the options name, and says what was decided on the way. @param remembered how the run's own files were read. */
export async function loadData(
  options: DataOptions,
  remembered: FormOptions = {},
  { silent = false } = {},
): Promise<Dataset> {
  const dataset = await load(options.data, { ...remembered, ...formOf(options) });
  if (!silent) for (const note of dataset.notes) console.error(visible(`! ${note}`));
  return dataset;
}

function collect(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  const role = text.slice(0, at);
  if (!(MARKET_COLUMNS as readonly string[]).includes(role)) {
    throw new InvalidArgumentError(`expected role=name with a role of ${MARKET_COLUMNS.join(', ')}`);
  }
  return { ...before, [role]: text.slice(at + 1) };
}

/** Reads a number option in a range. */
export const number =
  (low: number, high: number, whole = false) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`expected a ${whole ? 'whole ' : ''}number from ${low} to ${high}`);
  };
