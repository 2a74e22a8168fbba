import { isMissing, MILLISECONDS_PER_DAY } from '../../table/column';
import { type Check, type CheckResult, pricesOf, rowsWhere } from './view';

const error = (check: string, rows: readonly number[], meaning: string): CheckResult => ({
  check,
  severity: 'error',
  rows,
  meaning,
});
const warning = (check: string, rows: readonly number[], meaning: string): CheckResult => ({
  check,
  severity: 'warning',
  rows,
  meaning,
});

/** Day before which nothing has a price: the first exchange opened a little later. */
const FIRST_PRICES = Date.UTC(1600, 0, 1) / MILLISECONDS_PER_DAY;

/** Cells of one row, whatever stands in the others. */
export const CELL_CHECKS: readonly Check[] = [
  {
    about: 'missing dates and symbols, dates to come and of another calendar',
    run: (view) => {
      const { market, dates, day, today } = view;
      const [date, symbol] = [market.column('date'), market.column('symbol')];
      return [
        error(
          'missing date',
          rowsWhere(view, (row) => isMissing(date, row)),
          'a row without a date has no place in time',
        ),
        error(
          'missing symbol',
          rowsWhere(view, (row) => isMissing(symbol, row)),
          'a row belongs to no series',
        ),
        error(
          'future date',
          rowsWhere(view, (row) => dates[row]! >= (today + 1) * day),
          'the date has not come yet',
        ),
        error(
          'ancient date',
          rowsWhere(view, (row) => !isMissing(date, row) && dates[row]! < FIRST_PRICES * day),
          'nothing was quoted before 1600: the years may be those of another calendar',
        ),
      ];
    },
  },
  {
    about: 'missing and infinite numbers',
    run: (view) => {
      const { market, numbers } = view;
      const roles = [...pricesOf(view), ...(market.has('volume') ? ['volume'] : [])];
      return [
        ...numbers.map((name) => {
          const values = market.numbers(name);
          return error(
            `infinite ${name}`,
            rowsWhere(view, (row) => Math.abs(values[row]!) === Infinity),
            'the value is infinite',
          );
        }),
        ...roles.map((name) => {
          const values = market.numbers(name);
          return warning(
            `missing ${name}`,
            rowsWhere(view, (row) => Number.isNaN(values[row]!)),
            'the cell is empty; features that look at it are missing, too',
          );
        }),
      ];
    },
  },
  {
    about: 'prices and volumes that cannot be',
    run: (view) => {
      const { market } = view;
      const volume = market.has('volume') ? market.numbers('volume') : undefined;
      return [
        ...pricesOf(view).map((name) => {
          const values = market.numbers(name);
          return error(
            `non-positive ${name}`,
            rowsWhere(view, (row) => values[row]! <= 0),
            'a price is above zero',
          );
        }),
        ...(volume
          ? [
              error(
                'negative volume',
                rowsWhere(view, (row) => volume[row]! < 0),
                'a volume is at least zero',
              ),
            ]
          : []),
      ];
    },
  },
  {
    about: 'open and close within low to high',
    run: (view) => {
      const { market } = view;
      if (!market.has('high') || !market.has('low')) return [];
      const [high, low] = [market.numbers('high'), market.numbers('low')];
      return [
        error(
          'high < low',
          rowsWhere(view, (row) => high[row]! < low[row]!),
          'the columns may be swapped',
        ),
        ...['open', 'close']
          .filter((name) => market.has(name))
          .map((name) => {
            const values = market.numbers(name);
            const outside = rowsWhere(view, (row) => values[row]! > high[row]! || values[row]! < low[row]!);
            return warning(`${name} outside range`, outside, `${name} lies outside low to high`);
          }),
      ];
    },
  },
  {
    about: 'volumes of zero',
    run: (view) => {
      const { market } = view;
      if (!market.has('volume')) return [];
      const volume = market.numbers('volume');
      const rows = rowsWhere(view, (row) => volume[row] === 0);
      if (rows.length === 0) return [];
      const isAll = rows.length === market.rows;
      const meaning = isAll
        ? 'every volume is zero: the source has none, so no feature of volume says anything'
        : 'nothing was traded: the prices are of an earlier row, or the volume is missing';
      return [warning('volume of zero', isAll ? rows.slice(0, 1) : rows, meaning)];
    },
  },
  {
    about: 'dates of other columns after that of their row',
    run: (view) => {
      const { market, dates, day } = view;
      const others = market.names.filter(
        (name) => name !== 'date' && ['date', 'time'].includes(market.column(name).kind),
      );
      return others.map((name) => {
        const column = market.column(name);
        const unit = column.kind === 'time' ? 86_400_000 : 1;
        // By whole days: the time at which a day's price was set comes after midnight.
        const ahead = rowsWhere(
          view,
          (row) => !isMissing(column, row) && Math.floor(column.values[row]! / unit) > Math.floor(dates[row]! / day),
        );
        return warning(
          `${name} ahead`,
          ahead,
          `${name} lies after the date of its row: what the row says was not known on that date`,
        );
      });
    },
  },
];
