/** The widget protocol that is spoken here: https://github.com/jupyter-widgets/ipywidgets/blob/main/packages/schema/messages.md */
export const PROTOCOL_VERSION = '2.1.0';

/** The state of a model, by the names of the protocol (snake_case). */
export type State = Record<string, unknown>;

/** Something that other states refer to by its id. */
export interface Referable {
  readonly modelId: string;
}

/** State as it travels: references by name, binary parts beside it. */
export interface PackedState {
  state: State;
  bufferPaths: (string | number)[][];
  buffers: Uint8Array[];
}

const isReferable = (value: object): value is Referable => 'modelId' in value;

/**
 * Takes state apart for the wire: models become `IPY_MODEL_<id>`, typed arrays and buffers travel as bytes. In lists a binary
 * part leaves null behind and in objects nothing, as the protocol asks.
 */
export function packState(state: State): PackedState {
  const bufferPaths: (string | number)[][] = [];
  const buffers: Uint8Array[] = [];
  const pack = (value: unknown, path: (string | number)[]): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const bytes = bytesOf(value);
    if (bytes) {
      bufferPaths.push(path);
      buffers.push(bytes);
      return undefined;
    }
    if (isReferable(value)) return `IPY_MODEL_${value.modelId}`;
    if (Array.isArray(value)) return value.map((item, k) => pack(item, [...path, k]) ?? null);
    const packed: State = {};
    for (const [key, item] of Object.entries(value)) {
      const inner = pack(item, [...path, key]);
      if (inner !== undefined) packed[key] = inner;
    }
    return packed;
  };
  return { state: pack(state, []) as State, bufferPaths, buffers };
}

/** Puts binary parts back into state that came from the front end; paths that lead nowhere are passed over. */
export function unpackState(state: State, bufferPaths: unknown, buffers: readonly Uint8Array[]): State {
  if (!Array.isArray(bufferPaths)) return state;
  for (const [k, path] of bufferPaths.entries()) {
    if (!Array.isArray(path) || path.length === 0 || buffers[k] === undefined) continue;
    let parent: unknown = state;
    for (const key of path.slice(0, -1)) parent = own(parent, key);
    const last: unknown = path[path.length - 1];
    const safe = typeof last === 'number' || (typeof last === 'string' && last !== '__proto__');
    if (safe && typeof parent === 'object' && parent !== null) (parent as State)[last as string] = buffers[k];
  }
  return state;
}

function own(value: unknown, key: unknown): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key as string)
    ? (value as State)[key as string]
    : undefined;
}

function bytesOf(value: object): Uint8Array | undefined {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  return value instanceof ArrayBuffer ? new Uint8Array(value) : undefined;
}

/** `descriptionWidth` -> `description_width`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** An object of options under the names of the protocol, without those that are not given. */
export function traitsOf(options: object): State {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [snakeCase(name), value]));
}
