export { type CausalConvolutionOptions, causalConvolution } from './causalConvolution';
export { registerLayers } from './define';
export { lastStep } from './lastStep';
