import * as util from 'node:util';

/** What `read` gives, or `otherwise` when it throws: for whatever a value of the user may do when it is looked at. */
export function safely<T, O>(read: () => T, otherwise: O): T | O {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** The text of any value as in Node's REPL; a value that throws when it is looked at is told without looking. */
export function textOf(value: unknown): string {
  return (
    safely(() => util.inspect(value), undefined) ??
    safely(() => util.inspect(value, { customInspect: false, showProxy: true, depth: 0 }), undefined) ??
    `[${kindOf(value)} that cannot be shown]`
  );
}

/** The kind of a value, asked without running any code of its own. */
function kindOf(value: unknown): string {
  if (util.types.isProxy(value)) return 'proxy';
  if (util.types.isNativeError(value)) return 'error';
  return typeof value;
}

/** A property as text; undefined when it cannot be read, or is no text. */
export function textIn(value: object, name: string): string | undefined {
  const text = safely(() => (value as Record<string, unknown>)[name], undefined);
  return typeof text === 'string' ? text : undefined;
}
