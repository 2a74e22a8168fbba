import { type Bars, type Indicator, indicators, PRICES } from './indicator';
import { parabolicStop } from './parabolicStop';
import { each, exponential, lag, logReturnsOf, maxOf, meanOf, minOf, returnsOf, rolling, smoothed } from './rolling';
import { trueRange } from './volatility';

const logReturn = (rows: number): Indicator => ({
  about: rows === 1 ? 'ln(close / previous close)' : `ln(close / close ${rows} rows ago)`,
  needs: ['close'],
  lookBack: rows,
  compute: ({ close }) => logReturnsOf(close, rows),
});

const rateOfChange = (rows: number): Indicator => ({
  about: `Rate of change in percent: 100 (close / close ${rows} rows ago - 1)`,
  needs: ['close'],
  lookBack: rows,
  compute: ({ close }) => returnsOf(close, rows).map((value) => 100 * value),
});

const averageDistance = (size: number): Indicator => ({
  about: `Distance of the close from its mean over ${size} rows: close / mean - 1`,
  needs: ['close'],
  lookBack: size - 1,
  compute: ({ close }) => rolling(close, size, (window, row) => close[row]! / meanOf(window) - 1),
});

const highDistance = (size: number): Indicator => ({
  about: `Distance of the close from the highest high of ${size} rows: close / max - 1, at most 0`,
  needs: ['high', 'close'],
  lookBack: size - 1,
  compute: ({ high, close }) => rolling(high, size, (window, row) => close[row]! / maxOf(window) - 1),
});

const lowDistance = (size: number): Indicator => ({
  about: `Distance of the close from the lowest low of ${size} rows: close / min - 1, at least 0`,
  needs: ['low', 'close'],
  lookBack: size - 1,
  compute: ({ low, close }) => rolling(low, size, (window, row) => close[row]! / minOf(window) - 1),
});

/** Wilder's averages of gains and losses, 0 where nothing moved, in [0, 100]. */
function relativeStrength(close: Float64Array, size: number): Float64Array {
  const changes = each(close.length, (row) => (row === 0 ? 0 : close[row]! - close[row - 1]!));
  const average = (sign: 1 | -1) =>
    smoothed(
      changes.map((value) => Math.max(0, sign * value)),
      size,
      1 / size,
      1,
    );
  const [gains, losses] = [average(1), average(-1)];
  return gains.map((gain, row) => {
    const sum = gain + losses[row]!;
    return sum === 0 ? 0 : (100 * gain) / sum;
  });
}

const SLOW = 26;

/** Difference of the exponential averages of 12 and 26 closes, both begun at the 26th as TA-Lib does, and its average of 9. */
function convergence(close: Float64Array): { line: Float64Array; signal: Float64Array } {
  const fast = exponential(close, 12, SLOW - 12);
  const line = exponential(close, SLOW).map((slow, row) => fast[row]! - slow);
  return { line, signal: exponential(line, 9, SLOW - 1) };
}

/** Place of the close between the lowest low and the highest high, in [0, 100]; 0 where they are one. */
const fastStochastic = ({ high, low, close }: Bars, size: number): Float64Array => {
  const lows = rolling(low, size, minOf);
  return rolling(high, size, (window, row) => {
    const width = maxOf(window) - lows[row]!;
    return width > 0 ? (100 * (close[row]! - lows[row]!)) / width : 0;
  });
};

/** Sums that lose a 14th and take on what is new (Wilder 1978), begun with the first 13 rows after the first. */
function directional(bars: Bars, size: number): { plus: Float64Array; minus: Float64Array; index: Float64Array } {
  const { high, low, close } = bars;
  const ranges = trueRange(bars);
  const [plus, minus, index] = [1, 2, 3].map(() => new Float64Array(close.length).fill(Number.NaN));
  let [up, down, range, sumOfIndex, average] = [0, 0, 0, 0, Number.NaN];
  for (let row = 1; row < close.length; row++) {
    const [rise, fall] = [high[row]! - high[row - 1]!, low[row - 1]! - low[row]!];
    const keep = row < size ? 1 : 1 - 1 / size;
    up = up * keep + (rise > 0 && rise > fall ? rise : 0);
    down = down * keep + (fall > 0 && rise < fall ? fall : 0);
    range = range * keep + ranges[row]!;
    if (row < size) continue;
    plus![row] = range > 0 ? (100 * up) / range : 0;
    minus![row] = range > 0 ? (100 * down) / range : 0;
    const sum = plus![row]! + minus![row]!;
    const strength = sum > 0 ? (100 * Math.abs(plus![row]! - minus![row]!)) / sum : undefined;
    if (row < 2 * size) sumOfIndex += strength ?? 0;
    if (row === 2 * size - 1) average = sumOfIndex / size;
    else if (row >= 2 * size && strength !== undefined) average = (average * (size - 1) + strength) / size;
    index![row] = average;
  }
  return { plus: plus!, minus: minus!, index: index! };
}

/** Rows since the last highest high less those since the last lowest low of a window, over its length; in [-100, 100]. */
const aroon = ({ high, low }: Bars, size: number): Float64Array => {
  const lastOf = (window: Float64Array, extreme: number) => window.lastIndexOf(extreme);
  const lows = rolling(low, size + 1, (window) => lastOf(window, minOf(window)));
  return rolling(high, size + 1, (window, row) => (100 * (lastOf(window, maxOf(window)) - lows[row]!)) / size);
};

const ratioToClose =
  (value: (bars: Bars) => Float64Array) =>
  (bars: Bars): Float64Array =>
    value(bars).map((one, row) => one / bars.close[row]!);

/** Indicators of where prices go. */
export const TREND = indicators({
  logReturn1: logReturn(1),
  logReturn2: logReturn(2),
  logReturn3: logReturn(3),
  logReturn5: logReturn(5),
  logReturn10: logReturn(10),
  logReturn20: logReturn(20),
  logReturnChange: {
    about: 'Log return of the row less that of the row before',
    needs: ['close'],
    lookBack: 2,
    compute({ close }) {
      const returns = logReturnsOf(close);
      const before = lag(returns, 1);
      return returns.map((value, row) => value - before[row]!);
    },
  },
  rateOfChange5: rateOfChange(5),
  rateOfChange10: rateOfChange(10),
  rateOfChange20: rateOfChange(20),
  averageDistance5: averageDistance(5),
  averageDistance10: averageDistance(10),
  averageDistance50: averageDistance(50),
  highDistance20: highDistance(20),
  highDistance60: highDistance(60),
  lowDistance20: lowDistance(20),
  lowDistance60: lowDistance(60),
  wilderStrength14: {
    about: 'Relative strength index of 14 rows, Wilder’s averages, in [0, 100] (Wilder 1978)',
    needs: ['close'],
    lookBack: Infinity,
    compute: ({ close }) => relativeStrength(close, 14),
  },
  macdLine: {
    about: 'Exponential average of 12 closes less that of 26, over the close (Appel 1979)',
    needs: ['close'],
    lookBack: Infinity,
    compute: ratioToClose(({ close }) => {
      const { line, signal } = convergence(close);
      // Begins where the signal does, so that the three fit together.
      return line.map((value, row) => (Number.isNaN(signal[row]!) ? Number.NaN : value));
    }),
  },
  macdSignal: {
    about: 'Exponential average of 9 values of the MACD line, over the close',
    needs: ['close'],
    lookBack: Infinity,
    compute: ratioToClose(({ close }) => convergence(close).signal),
  },
  macdHistogram: {
    about: 'MACD line less its signal, over the close',
    needs: ['close'],
    lookBack: Infinity,
    compute: ratioToClose(({ close }) => {
      const { line, signal } = convergence(close);
      return line.map((value, row) => value - signal[row]!);
    }),
  },
  stochasticK: {
    about: 'Slow stochastic %K: mean of 3 places of the close in the range of 14 rows, in [0, 100] (Lane 1984)',
    needs: PRICES,
    lookBack: 15,
    compute: (bars) => rolling(fastStochastic(bars, 14), 3, meanOf),
  },
  stochasticD: {
    about: 'Mean of 3 values of stochasticK',
    needs: PRICES,
    lookBack: 17,
    compute: (bars) => rolling(rolling(fastStochastic(bars, 14), 3, meanOf), 3, meanOf),
  },
  williamsRange14: {
    about: 'Williams %R: -100 (highest high - close) / (highest high - lowest low) of 14 rows, in [-100, 0]',
    needs: PRICES,
    lookBack: 13,
    compute({ high, low, close }) {
      const lows = rolling(low, 14, minOf);
      return rolling(high, 14, (window, row) => {
        const top = maxOf(window);
        return top > lows[row]! ? (-100 * (top - close[row]!)) / (top - lows[row]!) : 0;
      });
    },
  },
  commodityChannel14: {
    about: 'Commodity channel index of 14 rows: (typical price - its mean) / (0.015 mean deviation) (Lambert 1980)',
    needs: PRICES,
    lookBack: 13,
    compute: ({ high, low, close }) =>
      rolling(
        each(close.length, (row) => (high[row]! + low[row]! + close[row]!) / 3),
        14,
        (window) => {
          const center = meanOf(window);
          const spread = meanOf(window.map((value) => Math.abs(value - center)));
          return spread > 0 ? (window[window.length - 1]! - center) / (0.015 * spread) : 0;
        },
      ),
  },
  directionalPlus14: {
    about: 'Plus directional indicator of 14 rows, in [0, 100] (Wilder 1978)',
    needs: PRICES,
    lookBack: Infinity,
    compute: (bars) => directional(bars, 14).plus,
  },
  directionalMinus14: {
    about: 'Minus directional indicator of 14 rows, in [0, 100] (Wilder 1978)',
    needs: PRICES,
    lookBack: Infinity,
    compute: (bars) => directional(bars, 14).minus,
  },
  directionalIndex14: {
    about:
      'Average directional index (ADX) of 14 rows: how strong a trend is, whichever way, in [0, 100] (Wilder 1978)',
    needs: PRICES,
    lookBack: Infinity,
    compute: (bars) => directional(bars, 14).index,
  },
  aroon25: {
    about: 'Aroon oscillator of 25 rows, in [-100, 100] (Chande 1995)',
    needs: ['high', 'low'],
    lookBack: 25,
    compute: (bars) => aroon(bars, 25),
  },
  parabolicDistance: {
    about: 'Distance of the close from the parabolic stop of steps 0.02 up to 0.2: close / stop - 1 (Wilder 1978)',
    needs: PRICES,
    lookBack: Infinity,
    compute: (bars) => parabolicStop(bars).map((stop, row) => bars.close[row]! / stop - 1),
  },
});
