import { MessageChannel, type MessagePort } from 'node:worker_threads';

const waiting: (() => void)[] = [];
let port: MessagePort | undefined;

/**
 * Runs code of the user in a turn of its own of the event loop, where it may be cut off. It is not a `setImmediate`: Node keeps
 * a list of these, and one that is cut off behind another leaves the list such that Node runs round in it for ever.
 */
export function userTurn(body: () => void): void {
  if (!port) {
    const { port1, port2 } = new MessageChannel();
    port2.on('message', () => waiting.shift()?.());
    port2.unref();
    port = port1;
  }
  waiting.push(body);
  port.postMessage(undefined);
}
