import { quantile } from '../../../evaluation';
import { type Check, type CheckResult, eachSymbol, pricesOf } from './view';

const warning = (check: string, rows: readonly number[], meaning: string): CheckResult => ({
  check,
  severity: 'warning',
  rows,
  meaning,
});

/** Rows of a symbol one after the other. */
export const SERIES_CHECKS: readonly Check[] = [
  {
    about: 'repeated dates, gaps, symbols that end early',
    run: (view) => {
      const { dates, day, longestGap, isNamed, market, starts, order } = view;
      const [repeated, gaps, endings]: [number[], number[], number[]] = [[], [], []];
      let last = -Infinity;
      for (let row = 0; row < market.rows; row++) if (dates[row]! > last) last = dates[row]!;
      eachSymbol(view, (rows) => {
        for (let k = 1; k < rows.length; k++) {
          const step = dates[rows[k]!]! - dates[rows[k - 1]!]!;
          if (step === 0) repeated.push(rows[k]!);
          if (step > longestGap * day) gaps.push(rows[k]!);
        }
        if (last - dates[rows.at(-1)!]! > longestGap * day) endings.push(rows.at(-1)!);
      });
      const duplicate: CheckResult = isNamed
        ? {
            check: 'duplicate date',
            severity: 'error',
            rows: repeated,
            meaning: 'the symbol has a row of this date already',
          }
        : {
            check: 'repeated date without a symbol',
            severity: 'error',
            rows: repeated,
            meaning:
              'rows of several symbols seem to be one series: name the column of symbols; dropping rows would drop a symbol',
            isBeyondRepair: true,
          };
      const lasting = starts.length > 2 && endings.length === 0 && market.rows / (starts.length - 1) > 500;
      return [
        duplicate,
        warning('gap', gaps, `no row of the symbol for more than ${longestGap} days before this one`),
        warning(
          'ends early',
          endings,
          'the symbol ends before the others: keep such symbols, or survivors look better',
        ),
        warning(
          'no symbol ends',
          lasting ? [order[0]!] : [],
          'every symbol lasts to the end: were those that failed left out (survivorship)?',
        ),
      ];
    },
  },
  {
    about: 'the order of rows',
    run: ({ order }) => {
      const first = order.findIndex((row, k) => row !== k);
      return [
        warning(
          'unsorted',
          first < 0 ? [] : [first],
          'rows are not in order of symbol and date; they are sorted before use',
        ),
      ];
    },
  },
  { about: 'splits, units and symbols that change between rows', run: (view) => jumps(view) },
  {
    about: 'bars that repeat the one before',
    run: (view) => {
      const columns = pricesOf(view).map((name) => view.market.numbers(name));
      const stale: number[] = [];
      eachSymbol(view, (rows) => {
        for (let from = 0; from < rows.length; ) {
          let to = from + 1;
          while (to < rows.length && columns.every((values) => values[rows[to]!] === values[rows[from]!])) to += 1;
          if (to - from > LONGEST_STILL) stale.push(...rows.subarray(from + 1, to));
          from = to;
        }
      });
      return [
        warning(
          'stale',
          stale,
          `prices are those of the row before, for more than ${LONGEST_STILL} rows: the source went on without data`,
        ),
      ];
    },
  },
  {
    about: 'rows on weekends',
    run: (view) => {
      const { dates, day, market } = view;
      const weekend: number[] = [];
      for (let row = 0; row < market.rows; row++) {
        // Day 0 was a Thursday.
        const weekday = (((Math.floor(dates[row]! / day) + 4) % 7) + 7) % 7;
        if (weekday === 0 || weekday === 6) weekend.push(row);
      }
      // Markets that never close have two sevenths of their rows there.
      const isUsual = weekend.length > 0.2 * market.rows;
      return [
        warning(
          'weekend row',
          isUsual ? [] : weekend,
          'the market is closed on other weekends: the row is a copy, or dates are shifted by a zone',
        ),
      ];
    },
  },
  {
    about: 'how often rows come',
    run: (view) => {
      const changes: number[] = [];
      eachSymbol(view, (rows) => {
        const change = changeOfFrequency(Array.from(rows, (row) => view.dates[row]!));
        if (change !== undefined) changes.push(rows[change]!);
      });
      return [
        warning(
          'frequency changes',
          changes,
          'from this row on, rows come at another interval: daily and weekly bars in one series, say',
        ),
      ];
    },
  },
];

/** Rows in which a price may stand still: illiquid series do for a few days. */
const LONGEST_STILL = 5;
/** Ratios of splits, and of their reverse. */
const SPLITS = [1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 100];
const UNITS = [10, 100, 1000, 1e6];
/** Least factor between two closes that is looked at: no daily return is so large twice in a century of an index. */
const LEAST_JUMP = Math.log(1.45);
/** Times the usual move from which a jump is looked at, and from which no honest day explains it. */
const [WILD, PANIC] = [10, 40];
/** How far a jump may lie beside a ratio: the return of the day itself. */
const AROUND = 0.1;

interface Jump {
  row: number;
  /** Log of close over the close before. */
  size: number;
}

/** Closes that jump: by the ratio of a split, there and back by a power of ten, or to where another symbol would be. */
function jumps(view: Parameters<Check['run']>[0]): CheckResult[] {
  const close = view.market.numbers('close');
  const open = view.market.has('open') ? view.market.numbers('open') : undefined;
  const [splits, units, spikes, changes]: [string[], number[], number[], number[]] = [[], [], [], []];
  const splitRows: number[] = [];
  eachSymbol(view, (rows) => {
    const returns = Array.from(rows, (row, k) => (k === 0 ? Number.NaN : Math.log(close[row]! / close[rows[k - 1]!]!)));
    const sizes = returns.filter((value) => Number.isFinite(value)).map(Math.abs);
    if (sizes.length < 5) return;
    const usual = quantile(sizes, 0.5);
    // With an open, a jump must have come overnight; without one, only its size tells it from a day of panic.
    const least = Math.max(LEAST_JUMP, (open ? WILD : PANIC) * usual);
    for (let k = 1; k < rows.length; k++) {
      const size = returns[k]!;
      if (!(Math.abs(size) > least)) continue;
      const row = rows[k]!;
      const back = returns[k + 1] ?? Number.NaN;
      if (Math.abs(size + back) < Math.max(0.1 * Math.abs(size), 3 * usual)) {
        if (isPower(size)) units.push(row);
        else if (Math.abs(size) > PANIC * usual) spikes.push(row);
        k += 1;
        continue;
      }
      if (open && Math.abs(Math.log(open[row]! / close[row]!)) > Math.max(3 * usual, 0.03)) continue;
      const ratio = splitOf({ row, size });
      if (ratio === undefined) changes.push(row);
      else {
        splitRows.push(row);
        splits.push(ratio);
      }
    }
  });
  const ratios = [...new Set(splits)].slice(0, 4).join(', ');
  return [
    warning(
      'split',
      splitRows,
      `the price jumps as by a split (${ratios}): adjust the prices before it, or the return is taken for one`,
    ),
    warning(
      'unit error',
      units,
      'the price is a power of ten away from its neighbours: another unit (cents, thousands) in one row',
    ),
    warning('spike', spikes, 'the price jumps and comes back at once'),
    warning(
      'jump',
      changes,
      'the price jumps to another level, as by no usual split: only a change of symbol or unit in the series explains it',
    ),
  ];
}

const isPower = (size: number): boolean => UNITS.some((unit) => Math.abs(Math.abs(size) - Math.log(unit)) < 0.25);

/** The split that a jump fits: `7:1` for a price that falls to a seventh. */
function splitOf({ size }: Jump): string | undefined {
  const ratio = SPLITS.find((one) => Math.abs(Math.abs(size) - Math.log(one)) < Math.min(AROUND, 0.35 * Math.log(one)));
  if (ratio === undefined) return undefined;
  return size < 0 ? `${ratio}:1` : `1:${ratio}`;
}

/** Rows on either side from which a change of frequency is believed. */
const ENOUGH_STEPS = 20;

/** The place from which dates come at another interval for good: three times as often, or as seldom. */
function changeOfFrequency(dates: readonly number[]): number | undefined {
  const steps = dates.slice(1).map((date, k) => date - dates[k]!);
  if (steps.length < 2 * ENOUGH_STEPS) return undefined;
  const half = Math.floor(steps.length / 2);
  const bounds = [ENOUGH_STEPS, half, steps.length - ENOUGH_STEPS];
  for (const bound of bounds) {
    const [before, after] = [quantile(steps.slice(0, bound), 0.5), quantile(steps.slice(bound), 0.5)];
    if (!(before > 0) || !(after > 0) || Math.max(before / after, after / before) < 3) continue;
    const limit = Math.sqrt(before * after);
    // The first row after which most steps are on the other side.
    const isNew = (step: number) => (after > before ? step > limit : step < limit);
    const first = steps.findIndex((step, k) => isNew(step) && steps.slice(k, k + 5).filter(isNew).length >= 4);
    return first < 0 ? undefined : first + 1;
  }
  return undefined;
}
