import { ReluctantError } from '../core';

/** Numbers of one epoch by Keras's names, `epoch` among them. */
export type EpochNumbers = Readonly<Record<string, number>>;

const KINDS = 'a list of epochs { loss, val_loss, ... }, or lists of numbers by name: what Keras calls history.history';

/**
 * A history in any of the forms that people have, as one row per epoch with `epoch` counted from 0: rows, numbers by name (Keras's
 * `history.history`), Keras's or tfjs's `History` object. Texts such as "NaN" stand for numbers that JSON does not have.
 *
 * @throws ReluctantError `history-not-understood`, `history-lengths-differ`.
 * @example
 * historyRows({ loss: [0.5, 0.25] }).length; // 2
 */
export function historyRows(given: unknown, operation = 'diagnose'): EpochNumbers[] {
  const value = withoutWrapping(given);
  if (Array.isArray(value)) return value.map((row, epoch) => rowOf(row, epoch, operation));
  if (typeof value !== 'object' || value === null) throw notUnderstood(operation, given);
  const columns = Object.entries(value).filter(([name]) => name !== 'epoch');
  const uneven = columns.find(([, list]) => !Array.isArray(list));
  if (columns.length === 0 || uneven) throw notUnderstood(operation, uneven ? { [uneven[0]]: uneven[1] } : given);
  const lengths = Object.fromEntries(columns.map(([name, list]) => [name, (list as unknown[]).length]));
  const length = Object.values(lengths).reduce((most, one) => Math.max(most, one), 0);
  if (Object.values(lengths).some((one) => one !== length)) {
    throw new ReluctantError({
      code: 'history-lengths-differ',
      operation,
      problem: 'the numbers of a history are of different numbers of epochs',
      received: lengths,
      expected: 'one value per epoch under every name',
    });
  }
  return Array.from({ length }, (_, epoch) =>
    rowOf(Object.fromEntries(columns.map(([name, list]) => [name, (list as unknown[])[epoch]])), epoch, operation),
  );
}

/** Keras's and tfjs's `History` carry the numbers in a field of that name. */
function withoutWrapping(given: unknown): unknown {
  let value = given;
  for (;;) {
    const inner = (value as { history?: unknown } | null | undefined)?.history;
    if (inner === undefined || Array.isArray(value) || typeof inner === 'function') return value;
    value = inner;
  }
}

const TEXTS = new Map([
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Infinity],
  ['inf', Infinity],
  ['-Infinity', -Infinity],
  ['-inf', -Infinity],
]);

function rowOf(row: unknown, epoch: number, operation: string): EpochNumbers {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) throw notUnderstood(operation, row);
  const given = Object.entries(row).filter(([, value]) => value !== undefined);
  const numbers = given.map(([name, value]) => {
    const number = value === null ? Number.NaN : (TEXTS.get(value as string) ?? value);
    if (typeof number === 'number') return [name, number] as const;
    throw notUnderstood(operation, { epoch, [name]: value });
  });
  return { ...Object.fromEntries(numbers), epoch };
}

/** The error for what is no history. */
export const notUnderstood = (operation: string, received: unknown, cause?: unknown) =>
  new ReluctantError({
    code: 'history-not-understood',
    operation,
    problem: 'the history is none of the forms known here',
    received,
    expected: KINDS,
    ...(cause !== undefined && { cause }),
  });
