import { MessageChannel, type MessagePort } from 'node:worker_threads';

/** A function that waits for its turn, in a list that stands on no built-in object that a cell may have changed. */
interface Waiting {
  readonly body: () => void;
  next: Waiting | undefined;
}

let first: Waiting | undefined;
let last: Waiting | undefined;
let port: MessagePort | undefined;

/**
 * Runs code of the user in a turn of its own of the event loop, where it may be cut off. It is not a `setImmediate`: Node keeps
 * a list of these, and one that is cut off behind another leaves the list such that Node runs round in it for ever.
 */
export function userTurn(body: () => void): void {
  if (!port) {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', () => {
      const turn = first;
      first = first?.next;
      if (!first) last = undefined;
      turn?.body();
    });
    port2.unref();
    port = port1;
  }
  const waiting: Waiting = { body, next: undefined };
  if (last) last.next = waiting;
  else first = waiting;
  last = waiting;
  port.postMessage(undefined);
}
