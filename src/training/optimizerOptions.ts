/** How weights follow their gradients. Defaults are Keras's. */
export interface OptimizerOptions {
  /** Default `adam`. */
  kind?: 'adam' | 'adamw' | 'sgd';
  /** Default 0.001 for adam and adamw, 0.01 for sgd. */
  learningRate?: number;
  /** Adam: decay of the first moment, default 0.9. */
  beta1?: number;
  /** Adam: decay of the second moment, default 0.999. */
  beta2?: number;
  /** Adam: added to the square root of the second moment, default 1e-7. */
  epsilon?: number;
  /** AdamW: share of a weight that is taken away per step, times the learning rate; default 0.004. */
  weightDecay?: number;
  /** SGD: share of the last step that is taken again, default 0. */
  momentum?: number;
  /** SGD: look ahead along the momentum (Nesterov 1983), default false. */
  nesterov?: boolean;
}
