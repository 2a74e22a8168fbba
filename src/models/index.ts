export { type RobustMLPOptions, robustMLP } from './robustMLP';
