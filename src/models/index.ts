export { type FinancialWaveNetOptions, financialWaveNet } from './financialWaveNet';
export { HEAD_ACTIVATIONS, type HeadActivation, type HeadInitializer, LEAKY_RELU_SLOPE } from './heads';
export { type RobustMLPOptions, robustMLP } from './robustMLP';
