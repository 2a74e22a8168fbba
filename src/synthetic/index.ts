export { type MarketOptions, type MarketTruth, market, type RegimeOptions } from './market';
export { type PanelTruth, panel, type SyntheticPanelOptions } from './panel';
export { type GarchMoments, garchMoments, type VolatilityProcess } from './volatility';
