// Features of TypeScript since 5.0, by the release notes that brought them: each with a cell, and what is to come of it.

/** A cell, and its value as text or the complaint that refuses it. */
export type Feature = [cell: string, value: string | RegExp];

export const FEATURES: Readonly<Record<string, Feature>> = {
  '5.0 standard decorators': [
    'function twice<T extends (...args: any[]) => number>(method: T, _: ClassMethodDecoratorContext) { return function (this: any, ...args: any[]) { return 2 * method.apply(this, args) } }\nclass Rate { @twice of(n: number) { return n } }\nnew Rate().of(4)',
    '8',
  ],
  '5.0 const type parameters': [
    'function pair<const T extends readonly unknown[]>(values: T): T { return values }\nconst fixed: readonly [1, "a"] = pair([1, "a"]); fixed',
    "[ 1, 'a' ]",
  ],
  '5.1 functions that return undefined without saying so': [
    'const nothing = (): undefined => {}; String(nothing())',
    "'undefined'",
  ],
  '5.1 getters and setters of unrelated types': [
    'class Box { #n = 0; get n(): number { return this.#n } set n(text: string | null) { this.#n = Number(text) } }\nconst box = new Box(); box.n = "7"; box.n',
    '7',
  ],
  '5.2 using': [
    'const steps: string[] = [];\n{ using held = { [Symbol.dispose]() { steps.push("let go") } }; steps.push("held") }\nsteps.join()',
    "'held,let go'",
  ],
  '5.2 await using': [
    'const waited: string[] = [];\n{ await using held = { async [Symbol.asyncDispose]() { waited.push("let go") } }; waited.push("held") }\nwaited.join()',
    "'held,let go'",
  ],
  '5.2 named and unnamed tuple elements': [
    'type Pair = [first: string, number]; const pair2: Pair = ["a", 1]; pair2',
    "[ 'a', 1 ]",
  ],
  '5.2 methods of unions of arrays': [
    'const mixed: string[] | number[] = [1, 2] as any; mixed.filter((x) => !!x).length',
    '2',
  ],
  '5.2 copying methods of arrays': ['[3, 1, 2].toSorted().with(0, 9)', '[ 9, 2, 3 ]'],
  '5.3 import attributes': ['import box from "./box.json" with { type: "json" }; box.size', '3'],
  '5.3 switch (true) narrows': [
    'function kind(x: unknown): string { switch (true) { case typeof x === "string": return x.toUpperCase(); default: return "other" } }\nkind("a")',
    "'A'",
  ],
  '5.3 instanceof by Symbol.hasInstance': [
    'class Even { static [Symbol.hasInstance](n: unknown): n is number { return typeof n === "number" && n % 2 === 0 } }\nconst maybe: unknown = 4; maybe instanceof Even ? maybe + 1 : 0',
    '5',
  ],
  '5.4 narrowing is kept in closures': [
    'function later(x: string | number) { if (typeof x === "number") x = String(x); return [1].map(() => x.length)[0] }\nlater(123)',
    '3',
  ],
  '5.4 NoInfer': [
    'function pick<C extends string>(all: C[], first: NoInfer<C>) { return first }\npick(["a"], "b")',
    /not assignable to parameter of type '"a"'/,
  ],
  '5.4 import = require': ['import paths = require("node:path"); paths.posix.join("a", "b")', "'a/b'"],
  '5.5 inferred type predicates': [
    'const numbers: number[] = [1, null, 2].filter((x) => x !== null); numbers',
    '[ 1, 2 ]',
  ],
  '5.5 narrowing by a constant index': [
    'function up(o: Record<string, unknown>, k: string) { return typeof o[k] === "string" ? o[k].toUpperCase() : "" }\nup({ a: "b" }, "a")',
    "'B'",
  ],
  '5.5 regular expressions are checked': ['/(?<year>\\d+)\\k<month>/', /no capturing group named 'month'/],
  '5.6 conditions that are always true': ['if (() => false) { 1 }', /always|will always return true/],
  '5.6 names of modules that are no identifiers': ['import { "a name" as named } from "./named"; named', '5'],
  '5.7 variables that are never set': [
    'function unset() { let never: number; const read = () => never; return read() }',
    /before being assigned/,
  ],
  '5.7 imports with the ending .ts': ['import { one } from "./one.ts"; one', '1'],
  '5.8 branches of a return are checked one by one': [
    'function url(x: any): URL { return x ? x.url : "text" }',
    /Type 'string' is not assignable to type 'URL'/,
  ],
  '5.8 require of a module in ESM': ['import { esm } from "./esm.mjs"; esm', "'esm'"],
  '5.9 types of buffers are told apart': [
    'const bytes: Uint8Array<ArrayBuffer> = new Uint8Array(2); bytes.length',
    '2',
  ],
};

/** Files beside the cells. */
export const FILES: Readonly<Record<string, string>> = {
  'tsconfig.json': '{ "compilerOptions": { "strict": true } }',
  'box.json': '{ "size": 3 }',
  'named.ts': 'const value = 5; export { value as "a name" };',
  'one.ts': 'export const one: number = 1;',
  'esm.mjs': 'export const esm = "esm";',
};

/** What the documentation of Node lists under "Global objects". */
export const GLOBALS =
  `AbortController AbortSignal Blob Buffer ByteLengthQueuingStrategy __dirname __filename atob btoa BroadcastChannel
  clearImmediate clearInterval clearTimeout CloseEvent CompressionStream console CountQueuingStrategy Crypto crypto CryptoKey
  CustomEvent DecompressionStream DOMException Event EventTarget exports fetch File FormData global globalThis Headers
  MessageChannel MessageEvent MessagePort module Navigator navigator PerformanceEntry PerformanceMark PerformanceMeasure
  PerformanceObserver PerformanceObserverEntryList PerformanceResourceTiming performance process queueMicrotask
  ReadableByteStreamController ReadableStream ReadableStreamBYOBReader ReadableStreamBYOBRequest
  ReadableStreamDefaultController ReadableStreamDefaultReader require Request Response setImmediate setInterval setTimeout
  structuredClone SubtleCrypto TextDecoder TextDecoderStream TextEncoder TextEncoderStream TransformStream
  TransformStreamDefaultController URL URLPattern URLSearchParams WebAssembly WebSocket WritableStream
  WritableStreamDefaultController WritableStreamDefaultWriter`.split(/\s+/);
