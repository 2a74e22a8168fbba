import { type TF, tf } from '../core';

interface Holder {
  start: readonly TF.Tensor[];
  /** After the last call; kept beyond the tidy of that call. */
  next?: TF.Tensor[];
}

/** States of the layers that are being called, by layer: only while {@link callWithStates} runs. */
const inUse = new WeakMap<object, Holder>();

/** The states that a call of a layer begins with, which are the caller's; undefined where it begins with zeros. */
export function startingStates(layer: object): TF.Tensor[] | undefined {
  const holder = inUse.get(layer);
  return holder && (holder.next ?? holder.start).map((state) => state.clone());
}

/** Leaves the states that a layer ended a call with for its next one; they stay the caller's. False where nobody asked for them. */
export function leaveStates(layer: object, states: readonly TF.Tensor[]): boolean {
  const holder = inUse.get(layer);
  if (!holder) return false;
  tf.dispose(holder.next ?? []);
  holder.next = states.map((state) => tf.keep(state.clone()));
  return true;
}

/**
 * Calls layers with states that are handed over and handed back, so that a step which is traced, repeated or undone has
 * no state hidden inside it.
 *
 * @param states of each layer at the start. @returns what `run` gave, and the states after it, as tensors of the scope around.
 */
export function callWithStates<T>(
  layers: readonly object[],
  states: readonly (readonly TF.Tensor[])[],
  run: () => T,
): { result: T; states: TF.Tensor[][] } {
  const holders = layers.map((_, k): Holder => ({ start: states[k]! }));
  layers.forEach((layer, k) => {
    inUse.set(layer, holders[k]!);
  });
  try {
    const result = run();
    return { result, states: holders.map(({ start, next }) => (next ?? start).map((state) => state.clone())) };
  } finally {
    for (const layer of layers) inUse.delete(layer);
    tf.dispose(holders.flatMap(({ next = [] }) => next));
  }
}
