import { tf } from '../../core';
import type { Dataset, RowSet, Rows } from '../../data';
import type { TrainingData } from '../../training';

/** Data of the robust recipe, however they were made. */
export interface RobustData extends TrainingData, Pick<Rows, 'features' | 'scaler' | 'ranks' | 'until'> {
  trainingRows: number;
  validationRows: number;
  /** In place of the hash of the rows, where they are not all in memory. */
  fingerprint?: string;
  release?: () => void;
}

/** Where the rows of the robust recipe come from, as far as its setting cannot say it. */
export interface RobustPlaces {
  /** Prices in memory, in place of those of the setting's `source`; a function reads them when they are needed. */
  dataset?: Dataset | (() => Promise<Dataset>);
  /** Folder for the rows of files that are streamed. Default: a temporary one. */
  folder?: string;
  /** Told how many rows of streamed files have been read. */
  onRows?: (rows: number) => void;
}

/** Rows in memory as tensors. */
export function inMemory({ training, validation, features, scaler, ranks, until }: Rows): RobustData {
  const part = ({ inputs, targets }: RowSet) => ({
    inputs: tf.tensor2d(inputs, [targets.length, features.length]),
    targets: tf.tensor2d(targets, [targets.length, 1]),
  });
  const [trainingRows, validationRows] = [training.rows.length, validation.rows.length];
  return {
    ...part(training),
    validation: part(validation),
    features,
    scaler,
    ranks,
    until,
    trainingRows,
    validationRows,
  };
}
