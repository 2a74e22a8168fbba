import { DAYS_PER_YEAR, type Indicator, indicators } from './indicator';
import { deviationOf, logReturnsOf, maxOf, meanOf, momentOf, returnsOf, rolling, varianceOf } from './rolling';

type Statistic = (window: Float64Array) => number;

const ofReturns = (about: string, size: number, statistic: Statistic): Indicator => ({
  about: `${about}, of ${size} returns`,
  needs: ['close'],
  lookBack: size,
  compute: ({ close }) => rolling(returnsOf(close), size, statistic),
});

/** Adjusted for the size of the sample, as pandas: g1 sqrt(n (n - 1)) / (n - 2). */
const skewness: Statistic = (window) => {
  const n = window.length;
  const spread = momentOf(window, 2);
  return spread > 0 ? ((momentOf(window, 3) / spread ** 1.5) * Math.sqrt(n * (n - 1))) / (n - 2) : 0;
};

/** Excess kurtosis adjusted for the size of the sample, as pandas. */
const kurtosis: Statistic = (window) => {
  const n = window.length;
  const spread = momentOf(window, 2);
  if (!(spread > 0)) return 0;
  const excess = momentOf(window, 4) / spread ** 2 - 3;
  return ((n - 1) / ((n - 2) * (n - 3))) * ((n + 1) * excess + 6);
};

const YEARLY = Math.sqrt(DAYS_PER_YEAR);

/** Deepest fall from the highest value so far, of 1 invested: at most 0. */
const drawdown: Statistic = (window) => {
  let [wealth, top, deepest] = [1, 1, 0];
  for (const change of window) {
    wealth *= 1 + change;
    top = Math.max(top, wealth);
    deepest = Math.min(deepest, wealth / top - 1);
  }
  return deepest;
};

/** Ratio of variances of sums of two log returns and of one, over the last rows: 1 for a random walk. */
const varianceRatio = (size: number): Indicator => ({
  about: `Variance of log returns over 2 rows over twice that over one, of ${size} each: 1 for a random walk (Lo and MacKinlay 1988)`,
  needs: ['close'],
  lookBack: size + 1,
  compute({ close }) {
    const one = rolling(logReturnsOf(close), size, varianceOf);
    const two = rolling(logReturnsOf(close, 2), size, varianceOf);
    return two.map((value, row) => (one[row]! > 0 ? value / (2 * one[row]!) : value * Number.NaN));
  },
});

/** Indicators of how returns were distributed. */
export const DISTRIBUTION = indicators({
  skewness20: ofReturns('Skewness', 20, skewness),
  skewness60: ofReturns('Skewness', 60, skewness),
  kurtosis20: ofReturns('Excess kurtosis', 20, kurtosis),
  kurtosis60: ofReturns('Excess kurtosis', 60, kurtosis),
  sharpe20: ofReturns('Sharpe ratio a year: sqrt(252) mean / standard deviation', 20, (window) => {
    const deviation = deviationOf(window);
    return deviation > 0 ? (YEARLY * meanOf(window)) / deviation : 0;
  }),
  sortino20: ofReturns('Sortino ratio a year: sqrt(252) mean / root of the mean square of losses', 20, (window) => {
    const losses = Math.sqrt(meanOf(window.map((value) => Math.min(0, value) ** 2)));
    return losses > 0 ? (YEARLY * meanOf(window)) / losses : 0;
  }),
  drawdown20: ofReturns('Deepest fall from the highest value so far, at most 0', 20, drawdown),
  calmar20: ofReturns('Mean return a year over the deepest fall (Young 1991), 0 where there was none', 20, (window) => {
    const deepest = drawdown(window);
    return deepest < 0 ? (DAYS_PER_YEAR * meanOf(window)) / -deepest : 0;
  }),
  largestReturn20: ofReturns('Largest return', 20, maxOf),
  varianceRatio60: varianceRatio(60),
});
