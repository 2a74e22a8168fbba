import { type TF, tf } from '../../../core';
import { type Blueprint, blueprint, type Draw, dense } from './blueprint';

const WORDS = 60;
const LENGTH = 10;

/** Sentences of word numbers, each word for or against; the class is the majority. */
const opinions = (): Draw => (random) => {
  const inputs = Array.from({ length: LENGTH }, () => random.integer(0, WORDS - 1));
  const sum = inputs.reduce((total, word) => total + (word < 15 ? 1 : word < 30 ? -1 : 0), 0);
  return { inputs, targets: { y: [Number(sum + 0.3 * random.normal() > 0)] } };
};

const embedded = (name: string, width: number, read: 'mean' | 'flat'): Blueprint =>
  blueprint({
    name: `opinions of words, ${name}`,
    family: 'words by embedding',
    law: opinions,
    shape: [LENGTH],
    rows: 800,
    model: (input, next) => {
      const embeddings = tf.layers
        .embedding({
          inputDim: WORDS,
          outputDim: width,
          name: 'words',
          embeddingsInitializer: tf.initializers.randomUniform({ minval: -0.05, maxval: 0.05, seed: next() }),
        })
        .apply(input);
      const flat = (read === 'mean' ? tf.layers.globalAveragePooling1d({}) : tf.layers.flatten()).apply(embeddings);
      const hidden = dense(16, 'relu', 'hidden1', next()).apply(flat);
      return [dense(1, 'sigmoid', 'y', next()).apply(hidden) as typeof input];
    },
    options: { losses: 'binaryCrossentropy', optimizer: { kind: 'adam', learningRate: 1e-2 }, epochs: 20 },
  });

/** A series whose answer is the value at the step that a mark points to. */
const marked = (): Draw => (random) => {
  const place = random.integer(0, LENGTH - 1);
  const inputs = Array.from({ length: LENGTH * 2 }, (_, k) =>
    k % 2 ? 3 * Number((k - 1) / 2 === place) : random.normal(),
  );
  return { inputs, targets: { y: [inputs[place * 2]! + 0.05 * random.normal()] } };
};

/** Weights over steps from scores, a softmax, and the weighted sum (Bahdanau, Cho and Bengio 2015), once per head. */
const pooling = (heads: number, units: number): Blueprint =>
  attending(`pooled by ${heads} heads of attention, ${units} units`, (input, next) => {
    const wide = dense(units, 'relu', 'hidden1', next()).apply(input) as TF.SymbolicTensor;
    const pooled = Array.from({ length: heads }, (_, k) => {
      const scores = tf.layers.flatten().apply(dense(1, 'linear', `score${k + 1}`, next()).apply(wide));
      const shares = tf.layers.activation({ activation: 'softmax', name: `shares${k + 1}` }).apply(scores);
      return tf.layers.dot({ axes: 1 }).apply([wide, shares] as TF.SymbolicTensor[]) as TF.SymbolicTensor;
    });
    return heads === 1 ? pooled[0]! : (tf.layers.concatenate().apply(pooled) as TF.SymbolicTensor);
  });

/** Every step compared with every other (Vaswani and others 2017), then the largest over time. */
const comparing = (units: number): Blueprint =>
  attending(`self-attention of ${units} units`, (input, next) => {
    const wide = dense(units, 'relu', 'hidden1', next()).apply(input) as TF.SymbolicTensor;
    const part = (name: string) => dense(units, 'linear', name, next()).apply(wide) as TF.SymbolicTensor;
    const [query, key, value] = [part('query'), part('key'), part('value')];
    const scores = tf.layers.dot({ axes: 2 }).apply([query, key]);
    const shares = tf.layers.activation({ activation: 'softmax', name: 'shares' }).apply(scores);
    const mixed = tf.layers.dot({ axes: [2, 1] }).apply([shares, value] as TF.SymbolicTensor[]);
    const joined = tf.layers.add().apply([wide, mixed] as TF.SymbolicTensor[]);
    return tf.layers.globalMaxPooling1d({}).apply(joined) as TF.SymbolicTensor;
  });

function attending(
  name: string,
  trunk: (input: TF.SymbolicTensor, next: () => number) => TF.SymbolicTensor,
): Blueprint {
  return blueprint({
    name: `the marked value, ${name}`,
    family: 'series by attention',
    law: marked,
    shape: [LENGTH, 2],
    rows: 700,
    model: (input, next) => {
      const hidden = dense(24, 'relu', 'hidden2', next()).apply(trunk(input, next));
      return [dense(1, 'linear', 'y', next()).apply(hidden) as typeof input];
    },
    options: { losses: 'meanSquaredError', optimizer: { kind: 'adam', learningRate: 5e-3 }, epochs: 50 },
  });
}

/** Embeddings and attention. */
export const WORDS_AND_ATTENTION: readonly Blueprint[] = [
  embedded('mean of 8', 8, 'mean'),
  embedded('mean of 16', 16, 'mean'),
  embedded('flat, 4', 4, 'flat'),
  pooling(1, 16),
  pooling(2, 12),
  comparing(16),
];
