import { pearson, quantile } from '../../../evaluation';
import { type Check, type CheckResult, type MarketView, pricesOf } from './view';

const warning = (check: string, rows: readonly number[], meaning: string): CheckResult => ({
  check,
  severity: 'warning',
  rows,
  meaning,
});

/** Columns beside each other. */
export const COLUMN_CHECKS: readonly Check[] = [
  {
    about: 'the scale of prices against each other',
    run: (view) => {
      const prices = pricesOf(view);
      const middles = new Map(prices.map((name) => [name, middleOf(view, name)]));
      const close = middles.get('close')!;
      return prices
        .filter((name) => name !== 'close')
        .map((name) => {
          const factor = Math.max(middles.get(name)! / close, close / middles.get(name)!);
          const times = factor >= 10 ? Math.round(factor) : factor.toFixed(1);
          return warning(
            `scale of ${name}`,
            factor > WRONG_SCALE ? [view.order[0]!] : [],
            `${name} and close differ ${times} times on most rows: they are in different units, or one is no price`,
          );
        });
    },
  },
  {
    about: 'columns that are the same',
    run: (view) => {
      const { market, numbers, order } = view;
      const results: CheckResult[] = [];
      numbers.forEach((name, k) => {
        const values = market.numbers(name);
        const twin = numbers.slice(0, k).find((other) => {
          const others = market.numbers(other);
          return values.every((value, row) => Object.is(value, others[row]));
        });
        // A column that never changes is the same as any other such column.
        const isStill = values.every((value) => Object.is(value, values[0]));
        if (twin !== undefined && !isStill)
          results.push(
            warning(
              `${name} = ${twin}`,
              [order[0]!],
              `${name} holds the same numbers as ${twin}: one of them says nothing, or was copied over the other`,
            ),
          );
      });
      return results;
    },
  },
  {
    about: 'columns that know the next row',
    run: (view) => [
      ...leaks(view).map((name) =>
        warning(
          `${name} knows the future`,
          [view.order[0]!],
          'the column moves with the next return as no honest one does',
        ),
      ),
      ...shifted(view).map(([name, price]) =>
        warning(
          `${name} is the next ${price}`,
          [view.order[0]!],
          `the column holds the ${price} of the row after: a price ahead of its date`,
        ),
      ),
    ],
  },
];

/** Open, high, low and close of one row differ less than this. */
const WRONG_SCALE = 3;

function middleOf({ market }: MarketView, name: string): number {
  const values = Float64Array.from(market.numbers(name)).filter((value) => Number.isFinite(value) && value > 0);
  return values.length === 0 ? Number.NaN : quantile(values, 0.5);
}

/** Correlation with the next return above which a column is taken to have been made from it. */
const LEAK = 0.95;
/** Rows from which correlations and shifts are believed. */
const ENOUGH_ROWS = 30;

/** Pairs of a value and the next close, over symbols in order of time. */
function eachNext({ order, starts }: MarketView, visit: (row: number, next: number) => void): void {
  for (let group = 0; group + 1 < starts.length; group++) {
    for (let k = starts[group]!; k + 1 < starts[group + 1]!; k++) visit(order[k]!, order[k + 1]!);
  }
}

/** The columns that correlate with the next return almost perfectly. */
function leaks(view: MarketView): string[] {
  const close = view.market.numbers('close');
  return view.numbers.filter((name) => {
    const values = view.market.numbers(name);
    const [known, following]: [number[], number[]] = [[], []];
    eachNext(view, (row, next) => {
      const step = Math.log(close[next]! / close[row]!);
      if (!Number.isFinite(step) || !Number.isFinite(values[row]!)) return;
      known.push(values[row]!);
      following.push(step);
    });
    return known.length > ENOUGH_ROWS && Math.abs(pearson(following, known)) > LEAK;
  });
}

/** Columns that hold a price of the next row on nearly all rows, and not that of their own. */
function shifted(view: MarketView): [name: string, price: string][] {
  const { market, numbers } = view;
  const prices = pricesOf(view);
  return numbers.flatMap((name) => {
    const values = market.numbers(name);
    const price = prices.find((other) => {
      if (other === name) return false;
      const others = market.numbers(other);
      let [pairs, ahead, same] = [0, 0, 0];
      eachNext(view, (row, next) => {
        if (Number.isNaN(values[row]!)) return;
        pairs += 1;
        if (values[row] === others[next]) ahead += 1;
        if (values[row] === others[row]) same += 1;
      });
      return pairs > ENOUGH_ROWS && ahead > LEAK * pairs && same < 0.5 * pairs;
    });
    return price === undefined ? [] : [[name, price] as [string, string]];
  });
}
