import { type TF, tf } from '../../core';
import type { OptimizerName, OptimizerSettings } from '../optimizerOptions';

/** Rule by which an optimiser changes every weight from its gradient and its slots, in the form Keras 3 computes it. */
export interface UpdateRule {
  /** What each slot begins with. */
  slots: readonly number[];
  /** Numbers that change from step to step; `step` counts from 0. */
  scalars(step: number, learningRate: number): number[];
  /** Assigns the slots and returns what is taken off the weights. All tensors are flat, of the size of all weights. */
  change(gradient: TF.Tensor1D, slots: readonly TF.Variable[], scalars: readonly TF.Tensor[]): TF.Tensor;
  /** What is taken off one variable, where that depends on the variable as a whole. */
  perVariable?(variable: TF.Tensor, change: TF.Tensor, scalars: readonly TF.Tensor[]): TF.Tensor;
}

/** mean + (value - mean) (1 - decay), assigned to the mean: Keras's moving averages. */
function follow(mean: TF.Variable, value: TF.Tensor, decay: number): void {
  mean.assign(tf.add(mean, tf.mul(tf.sub(value, mean), 1 - decay)));
}

/** decay mean + (1 - decay) value. */
const blend = (mean: TF.Tensor, value: TF.Tensor, decay: number): TF.Tensor =>
  tf.add(tf.mul(mean, decay), tf.mul(value, 1 - decay));

/**
 * What a moving average that began at 0 is divided by after so many steps, 1 - decay^t. Keras rounds the decay to single precision
 * first, whatever it computes in: with 0.999 the first steps are shorter by 6 millionths than the paper's. The same is done here: over 50
 * steps weights would drift apart by a millionth, which is enough to put a unit on the other side of a kink.
 */
const shareSince = (decay: number, steps: number): number => 1 - Math.fround(decay) ** steps;

/** Kingma and Ba 2015, algorithm 1 with the correction of section 2; with amsgrad Reddi, Kale and Kumar 2018. */
function adam({ beta1, beta2, epsilon, amsgrad, epsilonAfterCorrection }: OptimizerSettings): UpdateRule {
  return {
    slots: amsgrad ? [0, 0, 0] : [0, 0],
    scalars(step, learningRate) {
      const root = Math.sqrt(shareSince(beta2, step + 1));
      const corrected = (learningRate * root) / shareSince(beta1, step + 1);
      return epsilonAfterCorrection ? [corrected, epsilon * root] : [corrected];
    },
    change(gradient, [first, second, largest], [rate, scaledEpsilon]) {
      follow(first!, gradient, beta1);
      follow(second!, tf.square(gradient), beta2);
      largest?.assign(tf.maximum(largest, second!));
      const root = tf.sqrt((largest ?? second)!);
      return tf.div(tf.mul(first!, rate!), tf.add(root, scaledEpsilon ?? epsilon));
    },
  };
}

/** Dozat 2016 with his schedule of the momentum, beta1 (1 - 0.96^t / 2). */
function nadam({ beta1, beta2, epsilon }: OptimizerSettings): UpdateRule {
  const momentum = (t: number) => beta1 * (1 - 0.5 * 0.96 ** t);
  const products: number[] = [1];
  const product = (t: number) => {
    for (let k = products.length; k <= t; k++) products.push(products[k - 1]! * momentum(k));
    return products[t]!;
  };
  return {
    slots: [0, 0],
    scalars(step, learningRate) {
      const t = step + 1;
      const [now, next] = [momentum(t), momentum(t + 1)];
      const ofFirst = next / (1 - product(t) * next);
      const ofGradient = (1 - now) / (1 - product(t));
      return [learningRate * ofFirst, learningRate * ofGradient, 1 / shareSince(beta2, t)];
    },
    change(gradient, [first, second], [ofFirst, ofGradient, correction]) {
      follow(first!, gradient, beta1);
      follow(second!, tf.square(gradient), beta2);
      const step = tf.add(tf.mul(first!, ofFirst!), tf.mul(gradient, ofGradient!));
      return tf.div(step, tf.add(tf.sqrt(tf.mul(second!, correction!)), epsilon));
    },
  };
}

/** Kingma and Ba 2015, algorithm 2. */
function adamax({ beta1, beta2, epsilon }: OptimizerSettings): UpdateRule {
  return {
    slots: [0, 0],
    scalars: (step, learningRate) => [learningRate / shareSince(beta1, step + 1)],
    change(gradient, [first, norm], [rate]) {
      follow(first!, gradient, beta1);
      norm!.assign(tf.maximum(tf.mul(norm!, beta2), tf.abs(gradient)));
      return tf.div(tf.mul(first!, rate!), tf.add(norm!, epsilon));
    },
  };
}

/** Hinton 2012, lecture 6e; centred as in Graves 2013, equations 38 to 41. */
function rmsprop({ rho, momentum, epsilon, centered }: OptimizerSettings): UpdateRule {
  return {
    slots: [0, ...(momentum > 0 ? [0] : []), ...(centered ? [0] : [])],
    scalars: (_, learningRate) => [learningRate],
    change(gradient, [square, ...others], [rate]) {
      const speed = momentum > 0 ? others[0] : undefined;
      const mean = centered ? others.at(-1) : undefined;
      square!.assign(blend(square!, tf.square(gradient), rho));
      mean?.assign(blend(mean, gradient, rho));
      const spread = mean ? tf.sub(square!, tf.square(mean)) : square!;
      const step = tf.div(tf.mul(gradient, rate!), tf.sqrt(tf.add(spread, epsilon)));
      if (!speed) return step;
      speed.assign(tf.add(tf.mul(speed, momentum), step));
      return speed;
    },
  };
}

/** Duchi, Hazan and Singer 2011. */
function adagrad({ epsilon, initialAccumulator }: OptimizerSettings): UpdateRule {
  return {
    slots: [initialAccumulator],
    scalars: (_, learningRate) => [learningRate],
    change(gradient, [sum], [rate]) {
      sum!.assign(tf.add(sum!, tf.square(gradient)));
      return tf.div(tf.mul(gradient, rate!), tf.sqrt(tf.add(sum!, epsilon)));
    },
  };
}

/** Zeiler 2012, algorithm 1. */
function adadelta({ rho, epsilon }: OptimizerSettings): UpdateRule {
  return {
    slots: [0, 0],
    scalars: (_, learningRate) => [learningRate],
    change(gradient, [square, changes], [rate]) {
      square!.assign(blend(square!, tf.square(gradient), rho));
      const root = (mean: TF.Tensor) => tf.sqrt(tf.add(mean, epsilon));
      const step = tf.div(tf.mul(root(changes!), gradient), root(square!));
      changes!.assign(blend(changes!, tf.square(step), rho));
      return tf.mul(step, rate!);
    },
  };
}

/** Chen et al. 2023, program 1. */
function lion({ beta1, beta2 }: OptimizerSettings): UpdateRule {
  return {
    slots: [0],
    scalars: (_, learningRate) => [learningRate],
    change(gradient, [momentum], [rate]) {
      const step = tf.mul(tf.sign(blend(momentum!, gradient, beta1)), rate!);
      momentum!.assign(blend(momentum!, gradient, beta2));
      return step;
    },
  };
}

/** You et al. 2020, algorithm 2: Adam's step at the length of the weights it changes. */
function lamb({ beta1, beta2, epsilon }: OptimizerSettings): UpdateRule {
  return {
    slots: [0, 0],
    scalars: (step, learningRate) => [1 / shareSince(beta1, step + 1), 1 / shareSince(beta2, step + 1), learningRate],
    change(gradient, [first, second], [ofFirst, ofSecond]) {
      follow(first!, gradient, beta1);
      follow(second!, tf.square(gradient), beta2);
      return tf.div(tf.mul(first!, ofFirst!), tf.add(tf.sqrt(tf.mul(second!, ofSecond!)), epsilon));
    },
    perVariable(variable, change, [, , rate]) {
      const norm = (tensor: TF.Tensor) => tf.sqrt(tf.sum(tf.square(tensor)));
      const [ofWeights, ofChange] = [norm(variable), norm(change)];
      const one = tf.onesLike(ofWeights);
      const isMeasured = tf.logicalAnd(tf.greater(ofWeights, 0), tf.greater(ofChange, 0));
      const ratio = tf.where(isMeasured, tf.div(ofWeights, tf.maximum(ofChange, 1e-30)), one);
      return tf.mul(change, tf.mul(ratio, rate!));
    },
  };
}

/** Rules by the optimiser's name; gradient descent keeps its momentum per variable and is not among them. */
export const UPDATE_RULES: Readonly<
  Record<Exclude<OptimizerName, 'sgd'>, (settings: OptimizerSettings) => UpdateRule>
> = { adam, adamw: adam, nadam, adamax, rmsprop, adagrad, adadelta, lion, lamb };
