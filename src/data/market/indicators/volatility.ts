import { type Bars, CANDLES, DAYS_PER_YEAR, type Indicator, indicators, PRICES } from './indicator';
import {
  deviationOf,
  each,
  lastRankOf,
  logReturnsOf,
  meanOf,
  momentOf,
  quantileOf,
  returnsOf,
  rolling,
  smoothed,
  varianceOf,
} from './rolling';

const YEAR = DAYS_PER_YEAR;
const yearly = (variances: Float64Array): Float64Array =>
  variances.map((variance) => Math.sqrt(YEAR * Math.max(0, variance)));

const parkinson = (size: number): Indicator => ({
  about: `Volatility a year from the ranges of ${size} days: sqrt(252 mean(ln(high/low)^2 / (4 ln 2))) (Parkinson 1980)`,
  needs: ['high', 'low'],
  lookBack: size - 1,
  compute: ({ high, low }) =>
    yearly(
      rolling(
        each(high.length, (row) => Math.log(high[row]! / low[row]!) ** 2 / (4 * Math.LN2)),
        size,
        meanOf,
      ),
    ),
});

/** ln(H/O) ln(H/C) + ln(L/O) ln(L/C), the variance of a day whatever its drift. */
const rogersSatchellTerms = ({ open, high, low, close }: Bars): Float64Array =>
  each(
    close.length,
    (row) =>
      Math.log(high[row]! / open[row]!) * Math.log(high[row]! / close[row]!) +
      Math.log(low[row]! / open[row]!) * Math.log(low[row]! / close[row]!),
  );

const rogersSatchell = (size: number): Indicator => ({
  about: `Volatility a year of ${size} days: sqrt(252 mean(ln(high/open) ln(high/close) + ln(low/open) ln(low/close))) (Rogers and Satchell 1991)`,
  needs: CANDLES,
  lookBack: size - 1,
  compute: (bars) => yearly(rolling(rogersSatchellTerms(bars), size, meanOf)),
});

const garmanKlass = (size: number): Indicator => ({
  about: `Volatility a year of ${size} days: sqrt(252 mean(0.5 ln(high/low)^2 - (2 ln 2 - 1) ln(close/open)^2)) (Garman and Klass 1980)`,
  needs: CANDLES,
  lookBack: size - 1,
  compute: ({ open, high, low, close }) =>
    yearly(
      rolling(
        each(
          close.length,
          (row) =>
            0.5 * Math.log(high[row]! / low[row]!) ** 2 - (2 * Math.LN2 - 1) * Math.log(close[row]! / open[row]!) ** 2,
        ),
        size,
        meanOf,
      ),
    ),
});

/**
 * The estimator of Yang and Zhang without subtracting means: sqrt(252) sqrt(sum o^2 + k sum c^2 + (1 - k) sum rs, each over n - 1),
 * with k = 0.34 / (1.34 + (n + 1) / (n - 1)), o = ln(open / previous close) and c = ln(close / previous close).
 */
function yangZhangOf(bars: Bars, size: number): Float64Array {
  const { open, close } = bars;
  const k = 0.34 / (1.34 + (size + 1) / (size - 1));
  const night = each(close.length, (row) => (row === 0 ? Number.NaN : Math.log(open[row]! / close[row - 1]!) ** 2));
  const day = logReturnsOf(close).map((value) => value ** 2);
  const inside = rogersSatchellTerms(bars);
  const terms = each(close.length, (row) => night[row]! + k * day[row]! + (1 - k) * inside[row]!);
  return yearly(rolling(terms, size, (window) => (meanOf(window) * size) / (size - 1)));
}

const yangZhang = (size: number): Indicator => ({
  about: `Volatility a year of ${size} days from nights, days and ranges, no mean removed (Yang and Zhang 2000): sqrt(252 (sum o^2 + k sum c^2 + (1 - k) sum rs) / (n - 1))`,
  needs: CANDLES,
  lookBack: size,
  compute: (bars) => yangZhangOf(bars, size),
});

const closeToClose = (size: number): Indicator => ({
  about: `Volatility a year of ${size} log returns: sqrt(252 var(ln(close / previous close)))`,
  needs: ['close'],
  lookBack: size,
  compute: ({ close }) => yearly(rolling(logReturnsOf(close), size, varianceOf)),
});

const hodgesTompkins = (size: number): Indicator => ({
  about: `Volatility a year of ${size} log returns, for the bias of overlapping windows: times 1 / (1 - h/n + (h^2 - 1) / (3 n^2)), h = ${size}, n windows so far (Hodges and Tompkins 2002)`,
  needs: ['close'],
  lookBack: Infinity,
  compute({ close }) {
    const plain = yearly(rolling(logReturnsOf(close), size, varianceOf));
    return plain.map((value, row) => {
      const windows = row - size + 1;
      if (windows < size) return Number.NaN;
      return value / (1 - size / windows + (size ** 2 - 1) / (3 * windows ** 2));
    });
  },
});

const LONG = 252;

/** ln(1 + range over close), the range cut at the 99th percentile of the last year. */
function cutRange({ high, low, close }: Bars): Float64Array {
  const share = each(close.length, (row) => (high[row]! - low[row]!) / close[row]!);
  return rolling(share, LONG, (window, row) => Math.log1p(Math.min(share[row]!, quantileOf(window, 0.99))));
}

/** Range of a day, the gap before it included; of the first day none is known. */
export const trueRange = ({ high, low, close }: Bars): Float64Array =>
  each(close.length, (row) =>
    row === 0
      ? Number.NaN
      : Math.max(high[row]! - low[row]!, Math.abs(high[row]! - close[row - 1]!), Math.abs(low[row]! - close[row - 1]!)),
  );

const averageTrueRange = (bars: Bars, size: number): Float64Array => smoothed(trueRange(bars), size, 1 / size, 1);

/** Indicators of how much prices move. */
export const VOLATILITY = indicators({
  volatilityParkinson10: parkinson(10),
  volatilityParkinson20: parkinson(20),
  volatilityRogersSatchell20: rogersSatchell(20),
  volatilityRogersSatchell60: rogersSatchell(60),
  volatilityGarmanKlass20: garmanKlass(20),
  volatilityGarmanKlass60: garmanKlass(60),
  volatilityYangZhang20: yangZhang(20),
  volatilityYangZhang60: yangZhang(60),
  volatilityCloseToClose20: closeToClose(20),
  volatilityCloseToClose60: closeToClose(60),
  volatilityHodgesTompkins20: hodgesTompkins(20),
  volatilityHodgesTompkins60: hodgesTompkins(60),
  volatilityOfVolatility20: {
    about: 'Standard deviation of volatilityYangZhang20 over 20 rows',
    needs: CANDLES,
    lookBack: 39,
    compute: (bars) => rolling(yangZhangOf(bars, 20), 20, deviationOf),
  },
  volatilityRank252: {
    about: 'Rank of volatilityYangZhang20 among its last 252 values, in (0, 1]',
    needs: CANDLES,
    lookBack: 20 + LONG - 1,
    compute: (bars) => rolling(yangZhangOf(bars, 20), LONG, lastRankOf),
  },
  volatilityRegime: {
    about: 'Thirds of volatilityRank252: 0 up to 0.33, 1 up to 0.67, 2 above',
    needs: CANDLES,
    lookBack: 20 + LONG - 1,
    compute: (bars) =>
      rolling(yangZhangOf(bars, 20), LONG, (window) => {
        const rank = lastRankOf(window);
        return rank <= 0.33 ? 0 : rank <= 0.67 ? 1 : 2;
      }),
  },
  marketState: {
    about:
      'In calm markets (volatilityYangZhang20 under its median of 252 rows): 1 where the return over 20 rows is above 5 %, 2 where it is under -5 %; else 0',
    needs: CANDLES,
    lookBack: 20 + LONG - 1,
    compute(bars) {
      const returns = returnsOf(bars.close, 20);
      return rolling(yangZhangOf(bars, 20), LONG, (window, row) => {
        const isCalm = window[window.length - 1]! < quantileOf(window, 0.5);
        if (!isCalm || Math.abs(returns[row]!) <= 0.05) return 0;
        return returns[row]! > 0 ? 1 : 2;
      });
    },
  },
  bollingerWidth20: {
    about: 'Width of the Bollinger bands: 4 standard deviations (over n) of 20 closes over their mean (Bollinger 1992)',
    needs: ['close'],
    lookBack: 19,
    compute: ({ close }) => rolling(close, 20, (window) => (4 * Math.sqrt(momentOf(window, 2))) / meanOf(window)),
  },
  bollingerPlace20: {
    about:
      'Where the close lies between the Bollinger bands of 20 closes: 0 at the lower, 1 at the upper; 0.5 where they meet',
    needs: ['close'],
    lookBack: 19,
    compute: ({ close }) =>
      rolling(close, 20, (window, row) => {
        const width = 4 * Math.sqrt(momentOf(window, 2));
        return width > 0 ? (close[row]! - meanOf(window)) / width + 0.5 : 0.5;
      }),
  },
  rangeLog: {
    about:
      'ln(1 + (high - low) / close), cut at the 99th percentile of the last 252 rows (the documented one cut at that of the whole series)',
    needs: PRICES,
    lookBack: LONG - 1,
    compute: cutRange,
  },
  rangeLogMean20: {
    about: 'Mean of rangeLog over 20 rows',
    needs: PRICES,
    lookBack: LONG + 18,
    compute: (bars) => rolling(cutRange(bars), 20, meanOf),
  },
  trueRangeRatio14: {
    about: 'Average true range of 14 rows over the close (Wilder 1978)',
    needs: PRICES,
    lookBack: Infinity,
    compute: (bars) => averageTrueRange(bars, 14).map((value, row) => value / bars.close[row]!),
  },
});
