export type { BalancerName, BalancerOptions } from './balancers';
export * as balancers from './balancers';
export { binaryCrossentropy, categoricalCrossentropy } from './classification';
export { type Loss, type LossName, lossOf, rowLosses } from './loss';
export { huber, logCosh, meanAbsoluteError, meanSquaredError } from './regression';
