import { type Command, InvalidArgumentError } from 'commander';
import { type Dataset, load, MARKET_COLUMNS, type MarketColumn } from '../data';

/** Options of every command that reads market data. */
export interface DataOptions {
  data: string[];
  column?: Partial<Record<MarketColumn, string>>;
  timeZone?: string;
}

/** Adds them to a command; where the data may come from elsewhere they are not required. */
export function addDataOptions(command: Command, { required = true }: { required?: boolean } = {}): Command {
  const files = '-d, --data <files...>';
  const kinds = 'CSV, TSV, Parquet, Arrow, JSON or Excel files or globs (.gz, .zst too)';
  return (required ? command.requiredOption(files, kinds) : command.option(files, kinds))
    .option(
      '--column <role=name>',
      `name of a column that is not recognised: ${MARKET_COLUMNS.join(', ')}`,
      collect,
      {},
    )
    .option('--time-zone <zone>', 'zone of times written without one (default: UTC)');
}

/** Reads what the options name. */
export async function loadData({ data, timeZone }: DataOptions): Promise<Dataset> {
  return load(data, timeZone === undefined ? {} : { timeZone });
}

function collect(text: string, known: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  const role = text.slice(0, at);
  if (!(MARKET_COLUMNS as readonly string[]).includes(role)) {
    throw new InvalidArgumentError(`expected role=name with a role of ${MARKET_COLUMNS.join(', ')}`);
  }
  return { ...known, [role]: text.slice(at + 1) };
}

/** Reads a number option in a range. */
export const number =
  (low: number, high: number, whole = false) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`expected a ${whole ? 'whole ' : ''}number from ${low} to ${high}`);
  };
