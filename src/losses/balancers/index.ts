export {
  BALANCERS,
  type Balancer,
  type BalancerName,
  type BalancerOptions,
  checkBalancer,
  checkLosses,
  checkWeights,
} from './balancer';
export { dynamicWeightAverage } from './dynamicWeightAverage';
export { gradNormStep, gradNormWeights } from './gradNorm';
export { minimumNormWeights } from './minimumNorm';
export { projectConflicts } from './projectConflicts';
export { randomWeights } from './randomWeights';
export { uncertaintyLoss, uncertaintyWeights } from './uncertainty';
