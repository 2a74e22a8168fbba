export { type ApexRankerOptions, apexRanker } from './apexRanker';
export { type FinancialWaveNetOptions, financialWaveNet } from './financialWaveNet';
export {
  HEAD_ACTIVATIONS,
  HEAD_INITIALIZERS,
  HEAD_SCALES,
  type HeadActivation,
  type HeadInitializer,
  LEAKY_RELU_SLOPE,
} from './heads';
export { type RobustMLPOptions, robustMLP } from './robustMLP';
export { type ThreeBranchWaveNetOptions, threeBranchWaveNet } from './threeBranchWaveNet';
