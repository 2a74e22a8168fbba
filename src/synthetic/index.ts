export { type MarketOptions, type MarketTruth, market, type RegimeOptions } from './market';
export { type GarchMoments, garchMoments, type VolatilityProcess } from './volatility';
