export {
  type ActivationOptions,
  ActivationTable,
  activations,
  type LayerActivation,
  type UnitActivation,
} from './activations';
export {
  type Criteria,
  type CriteriaContext,
  CriteriaTable,
  type Criterion,
  type CriterionRow,
  checkCriteria,
  readCriteria,
} from './criteria';
export { DrawnTable } from './drawnTable';
export { file, tensors } from './files';
export { type GradientBatch, type GradientOptions, gradients } from './gradients';
export { type GradientRow, GradientTable, type TermCosine, type TermRow } from './gradientTable';
export { type CompileSettings, compiledModel, model, saveKeras } from './keras';
export { inputNames, leafLayers, type ModelInputs, outputNames } from './layers';
export { ONNX_LAYERS, saveONNX } from './onnx';
export { type PredictionFile, predictionFile } from './predictionFile';
export {
  type Heads,
  type HeadValues,
  type PredictionOptions,
  type PredictionRow,
  PredictionTable,
  predictions,
} from './predictions';
export { saveSafetensors, saveSavedModel, saveTfjs } from './saving';
export {
  type NamedTensor,
  type Snapshot,
  snapshot,
  type WeightOptions,
  type WeightRow,
  WeightTable,
  weights,
} from './weights';
