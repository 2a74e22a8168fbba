import { brief, ReluctantError, visible } from '../../core';
import { quantile } from '../../evaluation';
import { Table } from '../../tables';
import { cellOf, MILLISECONDS_PER_DAY, MISSING_DAY } from '../table/column';
import type { Dataset } from '../table/dataset';
import type { MarketColumn } from '../table/roles';
import { checkDatesDiffer, panelOrder } from './order';
import { marketNames, toMarket } from './panel';

/** A column as it was understood. */
export type LookedColumn = {
  column: string;
  /** What it is taken for; nothing for a column that only features named by it look at. */
  role: MarketColumn | '';
  kind: string;
  missing: number;
  /** The first values, and the last. */
  examples: string;
};

/** What {@link look} understood. */
export class Look {
  constructor(
    readonly dataset: Dataset,
    readonly columns: readonly LookedColumn[],
    /** Facts by name: rows, symbols, period, frequency, zone. */
    readonly facts: Readonly<Record<string, string>>,
    /** What a reader should make sure of, each with the option that says otherwise. */
    readonly doubts: readonly string[],
  ) {}

  /** One line per column. */
  table(): Table<LookedColumn> {
    return new Table(this.columns, {
      title: `${this.dataset.name}: ${this.dataset.rows.toLocaleString('en-US')} rows`,
      maxRows: 1000,
    });
  }

  toString(): string {
    const facts = Object.entries(this.facts).map(([name, fact]) => `${name}: ${fact}`);
    const notes = this.dataset.notes.map((note) => `! ${note}`);
    const lines = [...facts, ...notes, ...this.doubts.map((doubt) => `? ${doubt}`)];
    return visible([this.table().toString(), ...lines].join('\n'));
  }

  /** The MIME bundle of a notebook cell. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return { 'text/plain': this.toString() };
  }
}

/** How messages name an option: those of the interface in use. */
type Say = (option: string, value: unknown) => string;

/**
 * A first look at data for people: which column is what, of which kind, over which period, how often, of which symbols, and what is
 * doubtful. Never throws for data that cannot be used as prices: that is a doubt.
 *
 * @param columns market column -> its name in the data, where it is not recognised.
 * @param say how options are named. Default: as in code.
 * @example
 * look(rl.synthetic.market({ symbols: 2, days: 50 })).facts['frequency']; // 'daily, without weekends'
 */
export function look(dataset: Dataset, columns: Partial<Record<MarketColumn, string>> = {}, say: Say = inCode): Look {
  const doubts: string[] = [];
  const facts: Record<string, string> = {};
  let roles = new Map<string, MarketColumn>();
  try {
    roles = marketNames(dataset, columns);
    describeMarket(dataset, roles, columns, facts, doubts, say);
  } catch (error) {
    if (!(error instanceof ReluctantError)) throw error;
    doubts.push(error.message);
  }
  return new Look(
    dataset,
    dataset.names.map((name) => lookAt(dataset, name, roles.get(name) ?? '')),
    facts,
    doubts,
  );
}

const inCode: Say = (option, value) => `{ ${option}: ${JSON.stringify(value)} }`;

function lookAt(dataset: Dataset, name: string, role: LookedColumn['role']): LookedColumn {
  const column = dataset.column(name);
  let missing = 0;
  const examples: string[] = [];
  for (let row = 0; row < dataset.rows; row++) {
    const value = cellOf(column, row);
    if (value === undefined) missing += 1;
    else if (examples.length < 2) examples.push(String(value));
  }
  const last = cellOf(column, dataset.rows - 1);
  if (dataset.rows > 3 && last !== undefined) examples.push('…', String(last));
  const kind = { number: 'number', symbol: 'text', date: 'day', time: 'instant (UTC)' }[column.kind];
  return {
    column: name,
    role,
    kind: column.kind === 'symbol' ? `${kind}, ${column.dictionary.length} different` : kind,
    missing,
    examples: brief(examples.join(' '), 60).slice(1, -1),
  };
}

function describeMarket(
  dataset: Dataset,
  roles: ReadonlyMap<string, MarketColumn>,
  columns: Partial<Record<MarketColumn, string>>,
  facts: Record<string, string>,
  doubts: string[],
  say: Say,
): void {
  const market = toMarket(dataset, columns);
  const date = market.column('date');
  const symbol = market.column('symbol');
  const isNamed = [...roles.values()].includes('symbol');
  const symbols = symbol.kind === 'symbol' ? symbol.dictionary : [];
  facts['symbols'] = isNamed
    ? `${symbols.length}: ${brief(symbols.slice(0, 8).join(', '), 80).slice(1, -1)}`
    : `one, called ${symbols[0]} (no column of symbols)`;
  if (dataset.rows > 0) {
    const { order, starts } = panelOrder(market);
    const days = Array.from(date.values).filter(isKnown);
    const [first, last] = [
      days.reduce((a, b) => Math.min(a, b), Infinity),
      days.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    const text = (value: number) =>
      new Date(date.kind === 'time' ? value : value * MILLISECONDS_PER_DAY)
        .toISOString()
        .slice(0, date.kind === 'time' ? 16 : 10)
        .replace('T', ' ');
    if (days.length > 0) facts['period'] = `${text(first)} to ${text(last)}`;
    facts['frequency'] = frequencyOf(
      Array.from(order, (row) => date.values[row]!),
      starts,
      date.kind === 'time' ? MILLISECONDS_PER_DAY : 1,
    );
  }
  facts['zone'] =
    date.kind === 'time'
      ? `instants, shown in UTC; ${say('timeZone', 'America/New_York')} says where times without a zone stand`
      : 'days, without a zone';
  const close = [...roles].find(([, role]) => role === 'close')?.[0];
  const adjusted = dataset.names.find((name) => /adj/i.test(name) && /close/i.test(name) && name !== close);
  if (adjusted !== undefined)
    doubts.push(
      `prices are those of ${brief(close, 40)}; adjusted for splits and dividends: ${say('columns', { close: adjusted })}`,
    );
  const texts = dataset.names.filter((name) => dataset.column(name).kind === 'symbol' && !roles.has(name));
  if (!isNamed && texts.length > 0)
    doubts.push(
      `no column is called like one of symbols; if it is ${brief(texts[0], 40)}: ${say('columns', { symbol: texts[0] })}`,
    );
  try {
    checkDatesDiffer('look', market, isNamed);
  } catch (error) {
    if (!(error instanceof ReluctantError)) throw error;
    doubts.push(error.message.replace(/^look: /, ''));
  }
}

/** Whether a day or an instant is one, and not missing. */
const isKnown = (value: number): boolean => Number.isFinite(value) && value !== MISSING_DAY;

/** How often rows of one symbol come, by the step that is in the middle. */
function frequencyOf(dates: readonly number[], starts: Int32Array, day: number): string {
  const steps: number[] = [];
  let weekends = 0;
  for (let group = 0; group + 1 < starts.length; group++) {
    for (let k = starts[group]! + 1; k < starts[group + 1]!; k++) {
      if (!isKnown(dates[k]!) || !isKnown(dates[k - 1]!)) continue;
      steps.push(dates[k]! - dates[k - 1]!);
      const weekday = (((Math.floor(dates[k]! / day) + 4) % 7) + 7) % 7;
      if (weekday === 0 || weekday === 6) weekends += 1;
    }
  }
  if (steps.length === 0)
    return starts.length - 1 === dates.length ? 'one row per symbol' : 'not known: dates are missing';
  const days = quantile(steps, 0.5) / day;
  if (days === 0) return 'several rows of one date';
  if (days < 1) {
    const minutes = days * 1440;
    return minutes >= 60
      ? `every ${round(minutes / 60)} hours`
      : minutes >= 1
        ? `every ${round(minutes)} minutes`
        : `every ${round(minutes * 60)} seconds`;
  }
  if (days <= 2) return weekends === 0 ? 'daily, without weekends' : 'daily, with weekends';
  const named: [number, number, string][] = [
    [6, 8, 'weekly'],
    [27, 32, 'monthly'],
    [88, 93, 'quarterly'],
    [360, 370, 'yearly'],
  ];
  return named.find(([low, high]) => days >= low && days <= high)?.[2] ?? `every ${round(days)} days`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
