export { type CheckpointDetails, Checkpoints } from './checkpoints';
export { EventFile } from './eventFile';
export { type Histogram, histogramOf, type WeightHistogram, watchHistograms, weightHistograms } from './histograms';
export { RUN_FORMAT_VERSION, type RunDetails, RunFolder, type RunStatus } from './runFolder';
