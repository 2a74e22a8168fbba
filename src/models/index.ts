export { type FinancialWaveNetOptions, financialWaveNet } from './financialWaveNet';
export {
  HEAD_ACTIVATIONS,
  HEAD_INITIALIZERS,
  type HeadActivation,
  type HeadInitializer,
  LEAKY_RELU_SLOPE,
} from './heads';
export { type RobustMLPOptions, robustMLP } from './robustMLP';
