import { type Bars, type Indicator, indicators, PRICES } from './indicator';
import { covarianceOf, each, lag, lastRankOf, meanOf, returnsOf, rolling, sumOf, varianceOf } from './rolling';

/** Running sums from the first row on. */
const cumulated = (values: Float64Array): Float64Array => {
  let sum = 0;
  return values.map((value) => (sum += value));
};

/** Share of a row's volume that was bought less that sold, by where the close lies in the range; 0 without a range. */
const flow = ({ high, low, close, volume }: Bars): Float64Array =>
  each(close.length, (row) => {
    const width = high[row]! - low[row]!;
    return width > 0 ? ((2 * close[row]! - high[row]! - low[row]!) / width) * volume[row]! : 0;
  });

const ratio = (a: Float64Array, b: Float64Array): Float64Array => a.map((value, row) => value / b[row]!);

const chaikin = (size: number): Indicator => ({
  about: `Chaikin money flow of ${size} rows: volume by the place of the close in the range, over volume, in [-1, 1]`,
  needs: [...PRICES, 'volume'],
  lookBack: size - 1,
  compute: (bars) => ratio(rolling(flow(bars), size, sumOf), rolling(bars.volume, size, sumOf)),
});

const amihud = (size: number): Indicator => ({
  about: `Illiquidity: mean over ${size} rows of |return| over a million units of money traded (Amihud 2002)`,
  needs: ['close', 'volume'],
  lookBack: size,
  compute({ close, volume }) {
    const returns = returnsOf(close);
    return rolling(
      each(close.length, (row) => (1e6 * Math.abs(returns[row]!)) / (close[row]! * volume[row]!)),
      size,
      meanOf,
    );
  },
});

/** Indicators of volume and liquidity. */
export const VOLUME = indicators({
  relativeVolume20: {
    about: 'ln(1 + volume / its mean over 20 rows)',
    needs: ['volume'],
    lookBack: 19,
    compute: ({ volume }) => rolling(volume, 20, (window, row) => Math.log1p(volume[row]! / meanOf(window))),
  },
  volumeRank252: {
    about: 'Rank of the volume among those of 252 rows, in (0, 1]',
    needs: ['volume'],
    lookBack: 251,
    compute: ({ volume }) => rolling(volume, 252, lastRankOf),
  },
  vwapRatio20: {
    about: 'Close over the volume-weighted average close of 20 rows: close / (sum(close volume) / sum(volume))',
    needs: ['close', 'volume'],
    lookBack: 19,
    compute({ close, volume }) {
      const traded = rolling(
        each(close.length, (row) => close[row]! * volume[row]!),
        20,
        sumOf,
      );
      return rolling(volume, 20, (window, row) => (close[row]! * sumOf(window)) / traded[row]!);
    },
  },
  rollSpread20: {
    about:
      'Spread that returns bouncing between bid and ask imply: 2 sqrt(-cov20(return, previous return)), 0 where they do not bounce (Roll 1984)',
    needs: ['close'],
    lookBack: 21,
    compute({ close }) {
      const returns = returnsOf(close);
      const before = lag(returns, 1);
      return rolling(before, 20, (window, row) => {
        const covariance = covarianceOf(returns.subarray(row - 19, row + 1), window);
        return covariance < 0 ? 2 * Math.sqrt(-covariance) : 0;
      });
    },
  },
  amihud20: amihud(20),
  amihud60: amihud(60),
  kyleSlope20: {
    about:
      'Price impact: slope of the return on the root of a million units of money traded, with the sign of the return, over 20 rows (Kyle 1985, as Hasbrouck 2009 estimates it)',
    needs: ['close', 'volume'],
    lookBack: 20,
    compute({ close, volume }) {
      const returns = returnsOf(close);
      const signed = each(
        close.length,
        (row) => Math.sign(returns[row]!) * Math.sqrt((close[row]! * volume[row]!) / 1e6),
      );
      return rolling(signed, 20, (window, row) => {
        const variance = varianceOf(window);
        return variance > 0 ? covarianceOf(returns.subarray(row - 19, row + 1), window) / variance : 0;
      });
    },
  },
  moneyFlow20: chaikin(20),
  balanceShare: {
    about: 'On-balance volume over all volume so far: volume of rises less that of falls, in [-1, 1] (Granville 1963)',
    needs: ['close', 'volume'],
    lookBack: Infinity,
    compute({ close, volume }) {
      const signed = each(close.length, (row) =>
        row === 0 ? volume[row]! : Math.sign(close[row]! - close[row - 1]!) * volume[row]!,
      );
      return ratio(cumulated(signed), cumulated(volume));
    },
  },
  accumulationShare: {
    about: 'Accumulation and distribution over all volume so far, in [-1, 1] (Chaikin)',
    needs: [...PRICES, 'volume'],
    lookBack: Infinity,
    compute: (bars) => ratio(cumulated(flow(bars)), cumulated(bars.volume)),
  },
  volumeDeviation20: {
    about: 'Standard deviation of the volume over 20 rows, over its mean',
    needs: ['volume'],
    lookBack: 19,
    compute: ({ volume }) => rolling(volume, 20, (window) => Math.sqrt(varianceOf(window)) / meanOf(window)),
  },
});
