/** How training steps run: compiled by XLA, as a TensorFlow graph, or operation by operation in tfjs. */
export type Mode = 'auto' | 'xla' | 'graph' | 'eager';
