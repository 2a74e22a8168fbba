export type { BalancerName, BalancerOptions } from './balancers';
export * as balancers from './balancers';
export {
  binaryCrossentropy,
  binaryCrossentropyFromLogits,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalCrossentropyFromLogits,
  categoricalFocalCrossentropy,
  klDivergence,
  labelSmoothing,
  sparseCategoricalCrossentropy,
  sparseCategoricalCrossentropyFromLogits,
} from './classification';
export { type Loss, type LossName, lossOf, rowLosses } from './loss';
export { cosineSimilarity, hinge, squaredHinge } from './margins';
export * from './panel';
export {
  huber,
  logCosh,
  meanAbsoluteError,
  meanAbsolutePercentageError,
  meanSquaredError,
  meanSquaredLogarithmicError,
  poisson,
} from './regression';
