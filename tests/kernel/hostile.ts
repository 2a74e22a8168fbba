// Values and statements that work against the kernel they run in.

/** Expressions whose values do harm when they are looked at, by name. */
export const VALUES: Readonly<Record<string, string>> = {
  'a tag that throws': '({ get [Symbol.toStringTag]() { throw new Error("tag") } })',
  'a tag that is no text': '({ get [Symbol.toStringTag]() { return { toString: null } } })',
  'an inspector that throws': '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("inspector") } })',
  'an inspector that throws nothing': '({ [Symbol.for("nodejs.util.inspect.custom")]() { throw undefined } })',
  'nested inspectors': '[[{ deep: { [Symbol.for("nodejs.util.inspect.custom")]() { throw null } } }]]',
  'a display method that throws': '({ [Symbol.for("Jupyter.display")]() { throw new Error("display") } })',
  'a display getter that throws': '({ get [Symbol.for("Jupyter.display")]() { throw new Error("display getter") } })',
  'a bundle that holds itself':
    '({ [Symbol.for("Jupyter.display")]() { const a: any = {}; a.a = a; return { "application/json": a } } })',
  'a bundle with a bigint': '({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { n: 10n } }) })',
  'a bundle with a function': '({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { f() {} } }) })',
  'a bundle whose toJSON throws':
    '({ [Symbol.for("Jupyter.display")]: () => ({ "application/json": { toJSON() { throw new Error("json") } } }) })',
  'a bundle that is a proxy':
    '({ [Symbol.for("Jupyter.display")]: () => new Proxy({}, { ownKeys() { throw new Error("keys") } }) })',
  'a text that is no text': '({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": Symbol("text") }) })',
  'a proxy that throws':
    'new Proxy({}, { get() { throw new Error("get") }, has() { throw new Error("has") }, getPrototypeOf() { throw new Error("proto") } })',
  'a proxy that lies': 'new Proxy({}, { get: () => 1, ownKeys: () => ["a", "a"] as any })',
  'a revoked proxy': '(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy })()',
  'a function proxy': 'new Proxy(function () {}, { get() { throw 1 }, apply() { throw 2 } })',
  'a prototype with private fields':
    '(class Guarded { #held = 1; get [Symbol.toStringTag]() { return String(this.#held) } }).prototype',
  'an error whose stack throws':
    'Object.defineProperty(new Error("stack"), "stack", { get() { throw new Error("stack getter") } })',
  'an error whose message throws':
    'Object.defineProperty(new Error(), "message", { get() { throw new Error("message getter") } })',
  'an error whose name throws':
    'Object.defineProperty(new Error("name"), "name", { get() { throw new Error("name getter") } })',
  'an error whose name is no text': 'Object.assign(new Error("name"), { name: Symbol("name") })',
  'an error whose stack is no text': 'Object.assign(new Error("stack"), { stack: 42 as any })',
  'an error that causes itself': '(() => { const e: any = new Error("loop"); e.cause = e; return e })()',
  'an error whose cause throws':
    'Object.defineProperty(new Error("cause"), "cause", { get() { throw new Error("cause getter") } })',
  'errors in one another':
    'new AggregateError([new AggregateError([1, null, undefined, Symbol()]), new Proxy({}, {})])',
  'an aggregate with a hostile list':
    'Object.assign(new AggregateError([]), { errors: new Proxy([], { get() { throw new Error("list") } }) })',
  'something like an error': '({ stack: "not\\na stack", message: { toString() { throw 1 } }, name: null })',
  'no prototype': 'Object.create(null)',
  'no prototype and a tag': 'Object.create(null, { [Symbol.toStringTag]: { get() { throw 3 } } })',
  'a constructor that throws': '({ get constructor() { throw new Error("constructor") } })',
  'a name that throws': '(class { static get name() { throw new Error("name") } })',
  'something like a tensor':
    '({ shape: [1], dtype: "float32", size: 1, isDisposed: false, dataSync() { throw new Error("data") } })',
  'something like a table': '({ toHTML() { throw 1 }, numRows: () => 1, numCols: () => 1, columnNames: () => [] })',
  'a thenable that throws': '({ get then() { throw new Error("then") } })',
  'an array with a hostile length': 'new Proxy([1], { get: (t, k) => k === "length" ? 1e9 : (t as any)[k] })',
  'a map that throws': 'Object.assign(new Map([[1, 2]]), { entries() { throw 1 }, [Symbol.iterator]: null })',
  'a date that is none': 'new Date(NaN)',
  'a symbol': 'Symbol("mark")',
  'a very long text': '"x".repeat(1_000_000)',
  'a deep object': '(() => { let a: any = {}; for (let k = 0; k < 10_000; k++) a = { a }; return a })()',
  'an object that holds itself': '(() => { const a: any = {}; a.self = a; return a })()',
};

/** What is done with each of the values. */
export const USES: Readonly<Record<string, (value: string) => string>> = {
  'as the value of the cell': (value) => `(${value}) as any`,
  thrown: (value) => `throw (${value}) as any`,
  printed: (value) => `console.log((${value}) as any)`,
};

/** Statements that change what the kernel stands on, or try to end it, by name. */
export const STATEMENTS: Readonly<Record<string, string>> = {
  'arrays without map': '(Array.prototype as any).map = null',
  'arrays without push': '(Array.prototype as any).push = () => { throw new Error("push") }',
  'arrays without shift': 'delete (Array.prototype as any).shift',
  'arrays without iteration': '(Array.prototype as any)[Symbol.iterator] = undefined',
  'arrays with a hostile index':
    'Object.defineProperty(Array.prototype, "0", { set() { throw 1 }, configurable: true })',
  'objects with a getter':
    'Object.defineProperty(Object.prototype, "get", { value: 1, writable: true, configurable: true })',
  'objects with an enumerable property': '(Object.prototype as any).leaked = 1',
  'objects with a hostile toJSON': '(Object.prototype as any).toJSON = () => { throw new Error("toJSON") }',
  'objects with a hostile toString': '(Object.prototype as any).toString = () => { throw new Error("toString") }',
  'objects without hasOwnProperty': '(Object.prototype as any).hasOwnProperty = null',
  'objects with a hostile then': '(Object.prototype as any).then = () => {}',
  'keys that throw': '(Object as any).keys = () => { throw new Error("keys") }',
  'entries that throw': '(Object as any).entries = null',
  'assign that does nothing': '(Object as any).assign = () => ({})',
  'defineProperty that does nothing': '(Object as any).defineProperty = () => {}',
  'maps without get': '(Map.prototype as any).get = () => undefined',
  'maps without set': '(Map.prototype as any).set = null',
  'sets without has': '(Set.prototype as any).has = () => true',
  'no maps': 'delete (globalThis as any).Map',
  'no promises': '(globalThis as any).Promise = undefined',
  'promises without then': '(Promise.prototype as any).then = function () { return this }',
  'promises of another kind':
    '(Promise.prototype as any).constructor = class { static get [Symbol.species]() { throw 1 } }',
  'promises that never resolve': '(Promise as any).resolve = () => new Promise(() => {})',
  'no JSON': '(JSON as any).stringify = () => { throw new Error("stringify") }',
  'JSON of another kind': '(globalThis as any).JSON = {}',
  'texts without split': '(String.prototype as any).split = null',
  'texts without slice': '(String.prototype as any).slice = () => ""',
  'texts without replace': '(String.prototype as any).replace = () => { throw 1 }',
  'no text': '(globalThis as any).String = () => { throw new Error("String") }',
  'numbers that lie': '(Number as any).isInteger = () => false',
  'expressions that match nothing': '(RegExp.prototype as any).exec = () => null',
  'expressions that throw': '(RegExp.prototype as any).test = () => { throw 1 }',
  'functions without call': '(Function.prototype as any).call = null',
  'functions without apply': '(Function.prototype as any).apply = null',
  'functions without bind': '(Function.prototype as any).bind = null',
  'reflection that throws': '(Reflect as any).set = () => { throw 1 }; (Reflect as any).defineProperty = null',
  'errors without stacks': 'Error.stackTraceLimit = 0; throw new Error("no stack")',
  'stacks that throw': '(Error as any).prepareStackTrace = () => { throw new Error("prepare") }; throw new Error("x")',
  'stacks of another kind': '(Error as any).prepareStackTrace = () => 42; throw new Error("y")',
  'no errors': '(globalThis as any).Error = undefined; null as any as { a: 1 }; (null as any).a',
  'no timers': '(globalThis as any).setTimeout = null; (globalThis as any).setImmediate = null',
  'no clock': '(performance as any).now = () => NaN; (Date as any).now = null',
  'no console': '(globalThis as any).console = undefined',
  'no process': '(globalThis as any).process = undefined',
  'no global object': '(globalThis as any).globalThis = null',
  'no buffers': '(globalThis as any).Buffer = null; (Uint8Array as any).from = null',
  'no streams': '(process.stdout as any).write = () => { throw new Error("write") }; console.log("x")',
  'no files':
    'import fs from "node:fs"; (fs as any).readFileSync = () => { throw new Error("read") }; (fs as any).statSync = null',
  'no paths': 'import paths from "node:path"; (paths as any).join = null',
  'no inspection':
    'import utilities from "node:util"; (utilities as any).inspect = () => { throw new Error("inspect") }',
  'no events':
    'import events from "node:events"; (events.prototype as any).on = null; (events.prototype as any).once = null',
  'listeners taken away': 'process.removeAllListeners(); void Promise.reject(new Error("nobody listens"))',
  'a listener that throws':
    'process.on("unhandledRejection", () => { throw new Error("listener") }); void Promise.reject(1)',
  'frozen names': 'Object.freeze(exports)',
  'names with another prototype': 'Object.setPrototypeOf(exports, null)',
  'the names of the cells deleted': 'for (const name of Object.keys(exports)) delete (exports as any)[name]',
  'the guard of the cells': '(globalThis as any).__reluctant = null; delete (globalThis as any).__reluctant; await 1',
  'an end': 'process.exit(0)',
  'an end with a code': 'process.exit(3)',
  'a real end': '(process as any).reallyExit(1)',
  'an abort': 'process.abort()',
  'a signal to itself': 'process.kill(process.pid, "SIGTERM")',
  'a signal by number': 'process.kill(process.pid, 9)',
  'an end in a promise':
    'void Promise.resolve().then(() => process.exit(1)); await new Promise((r) => setTimeout(r, 20))',
  'an end in a timer': 'setTimeout(() => process.exit(1), 1); await new Promise((r) => setTimeout(r, 20))',
  'an exit code': 'process.exitCode = 7',
  'a rejection of nothing': 'void Promise.reject(undefined)',
  'a rejection of a proxy': 'void Promise.reject(new Proxy({}, { get() { throw new Error("get") } }))',
  'a failure in a timer':
    'setTimeout(() => { throw new Proxy({}, { get() { throw 1 } }) }, 1); await new Promise((r) => setTimeout(r, 20))',
  'a failure in an event':
    'import { EventEmitter as Emitter } from "node:events"; new Emitter().emit("error", new Proxy({}, { get() { throw 1 } }))',
  'a stack without end': 'const deeper = (): number => deeper() + 1; deeper()',
  'a failing require': 'require("no-such-package-anywhere")',
  'a hostile user expression': 'throw { toString() { throw 1 }, get stack() { throw 2 } }',
  // What the cells above have changed stays changed for good.
  'frozen arrays': 'Object.freeze(Array.prototype)',
  'frozen objects': 'Object.freeze(Object.prototype)',
  'a frozen world': 'Object.freeze(globalThis)',
};

/** All cells: each value in each use, and each statement. */
export function hostileCells(): { name: string; code: string }[] {
  const ofValues = Object.entries(USES).flatMap(([use, make]) =>
    Object.entries(VALUES).map(([name, value]) => ({ name: `${name}, ${use}`, code: make(value) })),
  );
  return [...ofValues, ...Object.entries(STATEMENTS).map(([name, code]) => ({ name, code }))];
}
