import { EventEmitter } from 'node:events';

// Taken before any cell runs: the functions that this file itself calls must be those of the kernel.
const { ownKeys, getOwnPropertyDescriptor, defineProperty, deleteProperty } = Reflect;
const is = Object.is;

/**
 * One property that was changed: as the kernel needs it, and as the user wants it. A list of its own kind, because an array
 * may have been changed, too.
 */
interface Change {
  readonly next: Change | undefined;
  readonly target: object;
  readonly key: PropertyKey;
  readonly mine: PropertyDescriptor | undefined;
  readonly theirs: PropertyDescriptor | undefined;
}

/** The properties of one object as they were before the first cell. */
interface Record_ {
  readonly target: object;
  readonly keys: readonly PropertyKey[];
  readonly descriptors: readonly PropertyDescriptor[];
  /** Whether properties that were added count as changes, too. */
  readonly isClosed: boolean;
}

/**
 * The built-in objects that the kernel, the compiler and the cells share. A cell may change them (`Array.prototype.map =
 * ...`, `Object.prototype.get = ...`, `delete globalThis.Map`), and later cells see what it did; the kernel's own code sees
 * them as they were, or it could not run the next cell.
 */
export class BuiltIns {
  private readonly records: Record_[] = [];
  private changes: Change | undefined;
  private isTheirs = true;

  /** Takes down how everything is now. */
  constructor() {
    // Node keeps these behind getters and setters, which say nothing when the value behind them is another one.
    for (const key of ['process', 'Buffer'] as const) {
      defineProperty(globalThis, key, {
        value: globalThis[key],
        writable: true,
        configurable: true,
        enumerable: false,
      });
    }
    const closed = [Object.prototype, Array.prototype, Function.prototype, Promise.prototype];
    for (const target of sharedObjects()) this.record(target, closed.includes(target as never));
  }

  /** Puts everything back as the kernel needs it. */
  restore(): void {
    if (!this.isTheirs) return;
    this.isTheirs = false;
    this.changes = this.compareAll(undefined);
    for (let change = this.changes; change; change = change.next) put(change.target, change.key, change.mine);
  }

  /** Puts back what code of the user has changed while everything was as the kernel needs it; the user gets it later. */
  absorb(): void {
    if (this.isTheirs) return;
    const before = this.changes;
    this.changes = this.compareAll(before);
    for (let change = this.changes; change && change !== before; change = change.next) {
      put(change.target, change.key, change.mine);
    }
  }

  /** Lets the user have it again as cells have made it. */
  yield(): void {
    if (this.isTheirs) return;
    // What was changed last stands first.
    for (let change = this.reversed(); change; change = change.next) put(change.target, change.key, change.theirs);
    this.isTheirs = true;
  }

  /** What a cell has changed in a way that cannot be taken back, by name; empty when there is nothing. */
  get stuck(): string {
    let names = '';
    for (let change = this.changes; change; change = change.next) {
      const { target, key, mine } = change;
      const name = nameOf(target, key);
      // A change that cannot be taken back is found again each time.
      if (!differs(getOwnPropertyDescriptor(target, key), mine) || names.includes(name)) continue;
      names += `${names && ', '}${name}`;
    }
    return names;
  }

  private record(target: object, isClosed: boolean): void {
    // Of objects with a state of their own, like `process`, only the methods are looked at.
    const hasState = target instanceof EventEmitter || MODULES.includes(target) || target === console;
    const keys = ownKeys(target).filter(
      (key) => !hasState || typeof getOwnPropertyDescriptor(target, key)?.value === 'function',
    );
    this.records.push({
      target,
      keys,
      descriptors: keys.map((key) => getOwnPropertyDescriptor(target, key)!),
      isClosed,
    });
  }

  /** Everything that is not as it was, in front of a list. */
  private compareAll(behind: Change | undefined): Change | undefined {
    let changes = behind;
    for (let r = 0; r < this.records.length; r++) changes = this.compare(this.records[r]!, changes);
    return changes;
  }

  private reversed(): Change | undefined {
    let result: Change | undefined;
    for (let change = this.changes; change; change = change.next) result = { ...change, next: result };
    return result;
  }

  private compare({ target, keys, descriptors, isClosed }: Record_, behind: Change | undefined): Change | undefined {
    let changes = behind;
    for (let k = 0; k < keys.length; k++) {
      const theirs = getOwnPropertyDescriptor(target, keys[k]!);
      if (!differs(theirs, descriptors[k])) continue;
      changes = { target, key: keys[k]!, mine: descriptors[k], theirs, next: changes };
    }
    if (!isClosed) return changes;
    const now = ownKeys(target);
    if (now.length <= keys.length) return changes;
    for (let k = 0; k < now.length; k++) {
      const key = now[k]!;
      let isNew = true;
      for (let j = 0; j < keys.length && isNew; j++) isNew = keys[j] !== key;
      if (!isNew) continue;
      const theirs = getOwnPropertyDescriptor(target, key);
      changes = { target, key, mine: undefined, theirs, next: changes };
    }
    return changes;
  }
}

function put(target: object, key: PropertyKey, descriptor: PropertyDescriptor | undefined): void {
  if (descriptor === undefined) deleteProperty(target, key);
  else {
    // A descriptor without a prototype: whatever a cell has put into Object.prototype is not a part of it.
    const plain = { __proto__: null, ...descriptor } as PropertyDescriptor;
    if (defineProperty(target, key, plain) || !('value' in plain)) return;
    try {
      // What cannot be defined anew may still be set.
      (target as Record<PropertyKey, unknown>)[key] = plain.value;
    } catch {} // told by `stuck`
  }
}

function differs(a: PropertyDescriptor | undefined, b: PropertyDescriptor | undefined): boolean {
  if (a === undefined || b === undefined) return a !== b;
  return !is(a.value, b.value) || a.get !== b.get || a.set !== b.set;
}

function nameOf(target: object, key: PropertyKey): string {
  const owner = (target as { constructor?: { name?: string; prototype?: unknown } }).constructor;
  const prefix = owner?.prototype === target ? `${owner.name}.prototype.` : '';
  return `${prefix}${String(key)}`;
}

/** Modules of Node that the kernel and the compiler stand on. */
const MODULES: readonly object[] = ['child_process', 'crypto', 'fs', 'path', 'util'].map((name) =>
  require(`node:${name}`),
);

/** Globals that belong to the state of the process rather than to the language; reading them would load something. */
const LEFT_OUT = new Set<PropertyKey>(['globalThis', 'global', 'GLOBAL', 'root']);

/** The global object, everything that it offers, and the modules of Node that the kernel and the compiler stand on. */
function sharedObjects(): Set<object> {
  const found = new Set<object>();
  const add = (value: unknown): void => {
    if ((typeof value === 'object' && value !== null) || typeof value === 'function') found.add(value);
  };
  add(globalThis);
  for (const key of ownKeys(globalThis)) {
    // Getters are left alone: they load parts of Node on first use.
    const value: unknown = LEFT_OUT.has(key) ? undefined : getOwnPropertyDescriptor(globalThis, key)?.value;
    if (typeof value === 'function') {
      add(value);
      add((value as { prototype?: unknown }).prototype);
    } else if (['JSON', 'Math', 'Reflect', 'Atomics', 'Intl', 'console'].includes(String(key))) add(value);
  }
  const prototypeOf = Object.getPrototypeOf as (value: unknown) => unknown;
  const iterator = prototypeOf([][Symbol.iterator]());
  for (const each of [
    iterator,
    prototypeOf(iterator),
    prototypeOf(new Map().entries()),
    prototypeOf(new Set().values()),
    prototypeOf(''[Symbol.iterator]()),
    prototypeOf('a'.matchAll(/a/g)),
    prototypeOf(Uint8Array),
    prototypeOf(Uint8Array.prototype),
    prototypeOf(function* () {}),
    prototypeOf((function* () {})()),
    prototypeOf(prototypeOf((function* () {})())),
    prototypeOf(async () => {}),
  ]) {
    add(each);
  }
  for (const each of [process, process.stdout, process.stderr, ...MODULES, EventEmitter]) add(each);
  add(EventEmitter.prototype);
  return found;
}
