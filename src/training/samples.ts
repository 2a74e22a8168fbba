import type { Random, TF } from '../core';
import type { RowOrder } from '../data/samples/rowShards';
import type { Named } from './trainable';

/**
 * What is known of rows beyond their tensors, each with one entry per row unless it says otherwise. Training does not read it; a
 * diagnosis holds the tensors against it.
 */
export interface RowFacts {
  /** Symbol (or other series) that each row is of. */
  symbols?: readonly string[];
  /** Close, or last price, at the moment of prediction. Rows of a symbol are in the order of time. */
  closes?: ArrayLike<number>;
  /** Return that followed each row. */
  returns?: ArrayLike<number>;
  /** Names of the features, in the order of the last axis of the inputs. */
  features?: readonly string[];
  /** By head: names of its classes, in the order of the columns of its targets. */
  classes?: Readonly<Record<string, readonly string[]>>;
}

/** Rows to train or validate on. Every tensor has the rows along its first axis; the tensors stay the caller's. */
export interface Samples {
  /** One tensor, or one by input name; [rows, ...]. */
  inputs: TF.Tensor | Named<TF.Tensor>;
  /** One tensor, or one by head; [rows, ...]. */
  targets: TF.Tensor | Named<TF.Tensor>;
  /** How much each row counts, [rows], or each step of a head over time, [rows, time]; for all heads, or by head. */
  sampleWeights?: TF.Tensor1D | TF.Tensor2D | Named<TF.Tensor1D | TF.Tensor2D>;
  /** What else is known of the rows, for a diagnosis. */
  facts?: RowFacts;
}

/** Training rows that are not all in memory: fetched as they are needed, some thousands at a time. */
export interface RowSource {
  /** Number of rows. */
  rows: number;
  /** Bytes of one row's input and target as float32. */
  rowBytes: number;
  /** All row numbers in the order of an epoch (an `Int32Array` will do); neighbours should be quick to fetch together. */
  order(random: Random): RowOrder;
  /** Input [n, ...] and target [n, outputs] of rows, as new tensors. */
  gather(rows: Int32Array): { inputs: TF.Tensor; targets: TF.Tensor };
}

/** A batch of a stream, of any number of rows; `xs` and `ys` are tf.data's names. */
export type StreamedBatch =
  | Pick<Samples, 'inputs' | 'targets' | 'sampleWeights'>
  | { xs: Samples['inputs']; ys: Samples['targets'] };

/** What can be asked for one batch after the other: an iterable, or a dataset of `tf.data`. */
export type BatchSequence =
  | AsyncIterable<StreamedBatch>
  | Iterable<StreamedBatch>
  | { iterator(): Promise<{ next(): Promise<IteratorResult<unknown, unknown>> }> };

/**
 * Training rows that come in batches from anywhere: files, a web service, a generator. Later batches are read while the steps of
 * earlier ones run. Batches may be of any size; training cuts its own. Their tensors are training's to dispose of.
 */
export interface RowStream {
  /** Rows of an epoch; what a pass has beyond them is left out. */
  rows: number;
  /** A new pass over the batches, for every epoch by its number from 0; or a dataset of `tf.data`, which can begin anew by itself. */
  batches: ((epoch: number) => BatchSequence) | Extract<BatchSequence, { iterator: unknown }>;
  /**
   * Changes a batch before it is trained on, such as by turning pictures: the same seed gives the same numbers. Tensors that it makes on
   * the way are freed.
   */
  augment?(batch: Samples, random: Random): Samples;
}

/** Rows to train on, and rows to validate on after every epoch. */
export interface TrainingData extends Samples {
  validation?: Samples;
  /**
   * Rows to train on in place of `inputs` and `targets`, which then hold a few of them. For models of one input and one
   * head; metrics of whole columns (AUC, IC) are then of the validation rows only.
   */
  source?: RowSource;
  /**
   * Batches to train on in place of `inputs` and `targets`, which then hold a few rows of the same shapes, to begin with. For models of
   * any number of inputs and heads; metrics of whole columns (AUC, IC) are then of the validation rows only.
   */
  stream?: RowStream;
}
