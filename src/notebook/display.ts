import { randomUUID } from 'node:crypto';
import { ReluctantError } from '../core';
import { mimeBundle } from './bundle';
import { currentHost, type MimeBundle } from './host';

/** Something on the screen that can be replaced where it stands. */
export class Shown {
  /** @param id the display id of the Jupyter protocol */
  constructor(readonly id: string) {}

  /** Shows `value` in the place of what is there, in every cell that shows it. */
  update(value: unknown): void {
    updateDisplay(this.id, value);
  }
}

/**
 * Shows a value below the running cell, in the middle of its work if need be. Outside a notebook its text is printed.
 *
 * @param value whatever {@link mimeBundle} can show: figures, tables, tensors, plain values
 * @param options.id a name of your own for {@link updateDisplay}; by default one is made up
 * @returns a handle to replace what is shown
 * @example
 * const shown = display('loading');
 * shown.update('loaded');
 */
export function display(value: unknown, options: { id?: string } = {}): Shown {
  const id = options.id ?? randomUUID();
  show(mimeBundle(value), id, false);
  return new Shown(id);
}

/**
 * Replaces what was shown under `id`.
 *
 * @example
 * display('one', { id: 'count' });
 * updateDisplay('count', 'two');
 */
export function updateDisplay(id: string, value: unknown): void {
  show(mimeBundle(value), id, true);
}

/**
 * Shows ready-made data, for forms that no value of this library has.
 *
 * @param data by MIME type, e.g. `{ 'text/html': '<b>3</b>', 'text/plain': '3' }`. HTML goes to the page as it is: never
 *   put names or data from outside in it without `escapeHTML`.
 * @example
 * displayRaw({ 'text/html': '<b>3</b>', 'text/plain': '3' });
 */
export function displayRaw(data: MimeBundle, options: { metadata?: MimeBundle } = {}): void {
  const host = currentHost();
  if (host) host.publish(data, options.metadata ? { metadata: options.metadata } : {});
  else console.log(String(data['text/plain'] ?? ''));
}

function show(data: MimeBundle, id: string, update: boolean): void {
  const host = currentHost();
  if (host) host.publish(data, { id, update });
  else console.log(String(data['text/plain']));
}

/**
 * Takes away what the running cell has shown so far.
 *
 * @param options.wait take it away only when the next output comes, which avoids flicker; default false
 * @example
 * clearOutput();
 */
export function clearOutput(options: { wait?: boolean } = {}): void {
  currentHost()?.clearOutput(options.wait ?? false);
}

/**
 * Asks the user of the notebook for a line of text.
 *
 * @param options.password do not show what is typed
 * @throws ReluctantError `input-not-possible` where nobody can answer: outside a notebook and in unattended runs
 * @example
 * await input('Your name: ').catch((error) => error.code); // 'input-not-possible'
 */
export async function input(prompt = '', options: { password?: boolean } = {}): Promise<string> {
  const host = currentHost();
  if (host) return host.input(prompt, options.password ?? false);
  throw new ReluctantError({
    code: 'input-not-possible',
    operation: 'input',
    problem: 'there is no notebook to ask in',
    fix: 'run this in a notebook, or pass the value as a parameter',
  });
}

/**
 * Opens a value in the pager of the front end (a pane beside the notebook where there is one) when the cell has ended.
 *
 * @example
 * page('a long text');
 */
export function page(value: unknown): void {
  const data = mimeBundle(value);
  const host = currentHost();
  if (host) host.page(data);
  else console.log(String(data['text/plain']));
}
