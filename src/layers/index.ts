import './keras';

export {
  ACTIVATIONS,
  type ActivationFacts,
  type ActivationKind,
  type ActivationName,
  activationFacts,
  isAtFlatEnd,
} from './activations';
export {
  type ActivityRegularizationOptions,
  activityRegularization,
} from './activityRegularization';
export { type AttentionOptions, attention } from './attention';
export { type CausalConvolutionOptions, causalConvolution } from './causalConvolution';
export { registerLayers } from './define';
export { type DropoutOptions, dropout } from './dropout';
export { firstInput } from './firstInput';
export { gatedActivation } from './gatedActivation';
export { layersWithin, trainingCalls } from './keyedCalls';
export { lastStep } from './lastStep';
export { type LayerNormalizationOptions, layerNormalization } from './layerNormalization';
export { forwardWithMasks, type MaskedForward, type MaskedOutputs } from './maskedCalls';
export { type Forward, forwardOnNeededSteps, type StepwiseLayer } from './neededSteps';
export { type PatchEmbeddingOptions, patchEmbedding } from './patchEmbedding';
export { type ResizeChannelsOptions, resizeChannels } from './resizeChannels';
export { type ScaledShareOptions, scaledShare } from './scaledShare';
export { timePositions } from './timePositions';
