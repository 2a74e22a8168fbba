import { ReluctantError } from '../core';
import type { KeptStates } from '../layers/keptStates';
import type { RunSettings } from './settings';
import type { ModelFace } from './trainable';

/**
 * Refuses to train layers that keep their state in a way in which the state would mean nothing: each row of a batch goes on where the
 * row at its place in the batch before ended, so that rows have to come in their order, in batches of one size.
 *
 * @throws ReluctantError `layer-keeps-state`, naming the layer.
 */
export function checkStates(
  { states }: ModelFace,
  { shuffle, batchSize }: Pick<RunSettings, 'shuffle' | 'batchSize'>,
  parts: Readonly<Record<'training' | 'validation', { rows: number } | undefined>>,
): void {
  if (!states) return;
  if (shuffle) {
    throw refusal(states, 'fit', 'rows in another order every epoch would go on from the states of others', {
      received: 'shuffle: true, which is the default',
      expected: 'shuffle: false, with rows so ordered that each goes on where the row one batch before it ended',
      fix: 'set shuffle: false, or make the layer with stateful: false and give it whole sequences',
    });
  }
  checkBatches(states, 'fit', batchSize, `set batchSize: ${states.batchSize}`);
  for (const [samples, part] of Object.entries(parts))
    if (part) checkWhole(states, 'fit', part.rows, `the ${samples} rows`);
}

/** The same for predictions. */
export function checkStatesToPredict({ states }: ModelFace, rows: number, batchSize: number | undefined): void {
  if (!states) return;
  if (batchSize !== undefined) checkBatches(states, 'predict', batchSize, 'leave batchSize out');
  checkWhole(states, 'predict', rows, 'the rows');
}

function checkBatches(states: KeptStates, operation: string, batchSize: number, fix: string): void {
  if (batchSize === states.batchSize) return;
  throw refusal(states, operation, 'the batches have another number of rows than it has states for', {
    received: `batchSize: ${batchSize}`,
    expected: `batchSize: ${states.batchSize}, the rows that the model was made with`,
    fix,
  });
}

function checkWhole(states: KeptStates, operation: string, rows: number, what: string): void {
  const { batchSize } = states;
  const rest = rows % batchSize;
  if (rest === 0) return;
  throw refusal(states, operation, `${what} do not fill their last batch`, {
    received: `${rows} rows, ${rest} of them in the last batch`,
    expected: `a multiple of ${batchSize} rows`,
    fix: `leave the last ${rest} out`,
  });
}

const refusal = (
  { layer }: KeptStates,
  operation: string,
  problem: string,
  words: { received: string; expected: string; fix: string },
) =>
  new ReluctantError({
    code: 'layer-keeps-state',
    operation,
    problem: `a layer keeps its state from one batch to the next, and ${problem}`,
    where: { layer },
    ...words,
  });
