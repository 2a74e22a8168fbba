export { type AttentionOptions, attention } from './attention';
export { type CausalConvolutionOptions, causalConvolution } from './causalConvolution';
export { registerLayers } from './define';
export { type DropoutOptions, dropout } from './dropout';
export { lastStep } from './lastStep';
export { type LayerNormalizationOptions, layerNormalization } from './layerNormalization';
export { type ResizeChannelsOptions, resizeChannels } from './resizeChannels';
