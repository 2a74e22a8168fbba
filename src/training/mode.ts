/**
 * How training steps run: compiled by XLA together with the loop around them (`xla`), each step by XLA in a loop of TensorFlow
 * (`xla-step`), as a TensorFlow graph, or operation by operation in tfjs. `auto` measures which is fastest.
 */
export type Mode = 'auto' | 'xla' | 'xla-step' | 'graph' | 'eager';
