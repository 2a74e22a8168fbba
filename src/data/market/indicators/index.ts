import { DISTRIBUTION } from './distribution';
import { TREND } from './trend';
import { VOLATILITY } from './volatility';
import { VOLUME } from './volume';

export type { Bars, Indicator } from './indicator';

/** Every feature that is computed from stretches of rows without a gap. */
export const INDICATORS = { ...VOLATILITY, ...TREND, ...VOLUME, ...DISTRIBUTION };
