import type { Random } from '../core';

/** The share of a day's variance that passes while the market is closed. */
export const OVERNIGHT_SHARE = 0.2;

/** The logs of a day's prices, relative to the close of the day before. */
export interface LogBar {
  open: number;
  high: number;
  low: number;
  close: number;
}

/**
 * A day's open, high and low, given its return. Log price is a Brownian motion with the day's variance that is known to
 * end at `logReturn`: the open is a point of the bridge, and high and low are drawn from the exact distributions of the
 * maximum and the minimum of the bridge from open to close, P(max > m) = exp(-2 (m - a)(m - b) / v) (Borodin and
 * Salminen 2002, 1.1.8). So low <= open, close <= high, and ranges grow with volatility, by construction.
 */
export function drawBar(logReturn: number, deviation: number, random: Random): LogBar {
  const open =
    OVERNIGHT_SHARE * logReturn + Math.sqrt(OVERNIGHT_SHARE * (1 - OVERNIGHT_SHARE)) * deviation * random.normal();
  const variance = (1 - OVERNIGHT_SHARE) * deviation ** 2;
  const reach = (u: number) => Math.sqrt((logReturn - open) ** 2 - 2 * variance * Math.log(1 - u));
  const middle = open + logReturn;
  return {
    open,
    high: (middle + reach(random.uniform())) / 2,
    low: (middle - reach(random.uniform())) / 2,
    close: logReturn,
  };
}
