// What people have reported of other kernels for JavaScript, TypeScript and Python, and of the programs that run notebooks.

/** What one of the cells is to come to: its value, what it prints, or the error that ends it. */
export interface Expected {
  value?: string | RegExp;
  prints?: string | RegExp;
  fails?: RegExp;
  /** Lines of the traceback. */
  trace?: RegExp;
}

/** The tracker, what was reported there in our words, the cells, and what the last of them comes to. */
export type Report = [tracker: string, report: string, cells: readonly string[], expected: Expected];

export const REPORTS: readonly Report[] = [
  [
    'tslab',
    '63: import from outside the folder of the notebook',
    ['import { up } from "../outside"; up'],
    { value: '8' },
  ],
  ['tslab', '72: packages that are ES modules only', ['import { only } from "esm-only"; only'], { value: '9' }],
  [
    'tslab',
    'a variable may be declared again in a later cell',
    ['const x = 1', 'const x = "two"; x'],
    { value: "'two'" },
  ],
  [
    'tslab',
    'an edited module is read again',
    ['import { v } from "./edited"; v', '%edit', 'import { v } from "./edited"; v'],
    { value: '2' },
  ],
  [
    'tslab',
    'so are the modules that use it',
    ['import { w } from "./user"; w', '%edit', 'import { w } from "./user"; w'],
    { value: '20' },
  ],
  [
    'tslab',
    'for await at the top level',
    ['for await (const n of (async function* () { yield 1; yield 2 })()) console.log(n)'],
    { prints: '1\n2\n' },
  ],
  ['tslab', 'an exception fails the cell', ['throw new Error("seen")'], { fails: /seen/ }],
  [
    'tslab',
    'lines of a stack are those of TypeScript',
    ['interface A { a: 1 }\ntype B = A;\nthrow new Error("third")'],
    { fails: /third/, trace: /cell \d+:3:7/ },
  ],
  ['tslab', 'the value of the last expression is shown with a semicolon behind it', ['6 * 7;'], { value: '42' }],
  ['tslab', 'nothing is shown for undefined', ['undefined'], {}],
  [
    'tslab',
    'cells that export',
    ['export const shown = 3; export default function named() {}', 'shown'],
    { value: '3' },
  ],
  ['tslab', 'an enum lives on', ['enum Side { Buy = 1, Sell }', 'Side.Sell'], { value: '2' }],
  ['tslab', 'a namespace lives on', ['namespace Box { export const n = 5 }', 'Box.n'], { value: '5' }],
  [
    'tslab',
    'an abstract class lives on',
    [
      'abstract class Base { abstract f(): number }',
      'class Derived extends Base { f() { return 2 } } new Derived().f()',
    ],
    { value: '2' },
  ],
  [
    'tslab',
    'a generic type lives on',
    ['type Maybe<T> = T | undefined', 'const m: Maybe<number> = 4; m'],
    { value: '4' },
  ],
  [
    'tslab',
    'a function of an earlier cell sees a variable set anew',
    ['let rate = 1; const read = () => rate', 'rate = 5; read()'],
    { value: '5' },
  ],
  [
    'tslab',
    'destructuring with names of earlier cells',
    ['const size = 1', 'const { size: other } = { size: 7 }; other + size'],
    { value: '8' },
  ],
  ['tslab', 'a shorthand property of an earlier name', ['const name1 = "n"', '({ name1 }).name1'], { value: "'n'" }],
  [
    'tslab',
    'private names in classes',
    ['class Held { #n = 3; get n() { return this.#n } } new Held().n'],
    { value: '3' },
  ],
  ['tslab', 'large integers', ['2n ** 64n'], { value: '18446744073709551616n' }],
  ['tslab', 'JSON can be imported', ['import json from "./data.json"; json.rows'], { value: '[ 1, 2 ]' }],
  [
    'tslab',
    'JavaScript without types can be imported',
    ['import { plain } from "./plain.js"; plain(2)'],
    { value: '4' },
  ],
  ['tslab', 'require works beside import', ['const os1 = require("os"); typeof os1.cpus'], { value: "'function'" }],
  ['tslab', 'a dynamic import', ['const { sep } = await import("node:path"); sep'], { value: "'/'" }],
  [
    'tslab',
    'top-level await with names that live on',
    ['const later = await Promise.resolve(3)', 'later'],
    { value: '3' },
  ],
  ['tslab', 'a call in parentheses can be awaited', ['await (async () => 5)()'], { value: '5' }],
  [
    'deno',
    '21709: types of one cell hold in the next',
    ['interface Point { x: number }', 'const p: Point = { x: "1" }'],
    { fails: /not assignable to type 'number'/ },
  ],
  [
    'deno',
    '20524: a type error stops the cell before it runs',
    ['console.log("ran"); const n: number = "text"'],
    { fails: /TS2322/, prints: '' },
  ],
  ['deno', '22633: prompt asks in the notebook', ['prompt("name?")'], { value: /typed/ }],
  ['deno', 'confirm asks in the notebook', ['confirm("sure?")'], { value: 'false' }],
  [
    'deno',
    '24660: an edited module counts in the next cell',
    ['import { z } from "./again"; z', '%edit', 'import { z } from "./again"; z'],
    { value: '2' },
  ],
  [
    'deno',
    'Jupyter.display gives rich output',
    ['({ [Symbol.for("Jupyter.display")]: () => ({ "text/plain": "plain", "text/html": "<b>rich</b>" }) })'],
    { value: 'plain' },
  ],
  [
    'deno',
    'a display method may be missing a text',
    ['({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<i>x</i>" }) })'],
    { value: /Jupyter\.display/ },
  ],
  [
    'deno',
    'an unhandled rejection fails the cell and not the kernel',
    ['Promise.reject(new Error("nobody")); 1', '1 + 1'],
    { value: '2' },
  ],
  ['deno', 'console.table', ['console.table([{ a: 1 }])'], { prints: /│ +a +│|a/ }],
  [
    'deno',
    'using at the top level of a cell',
    ['using held = { [Symbol.dispose]() { console.log("let go") } }; console.log("held")'],
    { prints: 'held\nlet go\n' },
  ],
  ['deno', 'import.meta.url', ['new URL(".", import.meta.url).protocol'], { value: "'file:'" }],
  [
    'deno',
    'a name that is declared twice in one cell is refused',
    ['let twice = 1; let twice = 2'],
    { fails: /redeclare/ },
  ],
  [
    'deno',
    'process.exit does not take the variables along',
    ['const precious = 1; process.exit(1)', 'precious'],
    { value: '1' },
  ],
  [
    'ijavascript',
    'a promise is awaited where the cell says so',
    ['await new Promise((done) => setTimeout(done, 10, "done"))'],
    { value: "'done'" },
  ],
  [
    'ijavascript',
    'const and class live on',
    ['class Thing { n = 1 } const thing = new Thing()', 'thing.n'],
    { value: '1' },
  ],
  [
    'ijavascript',
    'output of a timer comes with its cell',
    ['setTimeout(() => console.log("late"), 20); await new Promise((r) => setTimeout(r, 60))'],
    { prints: 'late\n' },
  ],
  [
    'ijavascript',
    'an endless recursion is an error',
    ['const again = (): number => again() + 1; again()'],
    { fails: /Maximum call stack/ },
  ],
  [
    'ijavascript',
    'process.stdout.write without a line end',
    ['process.stdout.write("a"); void process.stdout.write("b\\n")'],
    { prints: 'ab\n' },
  ],
  ['ijavascript', 'characters outside the basic plane', ['"👩‍🔬".length'], { value: '5' }],
  [
    'ijavascript',
    'a child process that inherits the streams is heard',
    [
      'import { execSync } from "node:child_process"; execSync("echo child", { stdio: "inherit" }); await new Promise((r) => setTimeout(r, 150))',
    ],
    { prints: 'child\n' },
  ],
  [
    'ijavascript',
    'so is one that is not waited for',
    [
      'import { spawn } from "node:child_process"; await new Promise((r) => spawn("echo", ["spawned"], { stdio: "inherit" }).on("close", r)); await new Promise((r) => setTimeout(r, 150))',
    ],
    { prints: 'spawned\n' },
  ],
  [
    'ijavascript',
    'a worker thread is heard',
    [
      'import { Worker } from "node:worker_threads"; await new Promise((r) => new Worker("console.log(\'worker\')", { eval: true }).on("exit", r)); await new Promise((r) => setTimeout(r, 50))',
    ],
    { prints: 'worker\n' },
  ],
  [
    'typescript-notebook',
    'an error that is printed names the line of the cell',
    ['const caught = () => {\n  try { throw new TypeError("caught") } catch (e) { console.error(e) }\n};\ncaught()'],
    { prints: /cell \d+:2:/ },
  ],
  ['typescript-notebook', 'so does its stack', ['\n\nconsole.log(new Error("own").stack)'], { prints: /cell \d+:3:/ }],
  ['typescript-notebook', 'console.trace', ['\nconsole.trace("here")'], { prints: /cell \d+:2:/ }],
  [
    'typescript-notebook',
    'frames of the kernel are hidden',
    ['console.log(new Error("clean").stack)'],
    { prints: /^(?![\s\S]*dist.kernel)(?![\s\S]*node:internal)/ },
  ],
  [
    'typescript-notebook',
    'readline asks in the notebook',
    [
      'import * as readline from "node:readline/promises"; const lines = readline.createInterface({ input: process.stdin, output: process.stdout }); const line = await lines.question("which? "); lines.close(); line',
    ],
    { value: /typed/ },
  ],
  [
    'ipykernel',
    'the cause of an error is told',
    ['throw new Error("outer", { cause: new RangeError("inner") })'],
    { fails: /outer/, trace: /Caused by: RangeError: inner/ },
  ],
  [
    'ipykernel',
    'errors that are gathered are told one by one',
    ['throw new AggregateError([new Error("first"), new Error("second")], "both")'],
    { fails: /both/, trace: /first[\s\S]*second/ },
  ],
  [
    'ipykernel',
    'properties of an error are told',
    ['require("fs").readFileSync("/no/such/file")'],
    { fails: /ENOENT/, trace: /code: 'ENOENT'/ },
  ],
  [
    'ipykernel',
    'a representation that throws does not hang',
    ['({ [Symbol.for("nodejs.util.inspect.custom")]() { throw new Error("shown") } })'],
    { fails: /shown/ },
  ],
  ['ipykernel', 'a cell of comments', ['// nothing'], {}],
  ['ipykernel', 'an empty cell', [''], {}],
  ['ipykernel', 'standard error is told apart', ['console.error("problem")'], { prints: 'problem\n' }],
  [
    'papermill',
    '433: output is seen while the cell runs',
    ['console.log("early"); await new Promise((r) => setTimeout(r, 30)); console.log("later")'],
    { prints: 'early\nlater\n' },
  ],
  [
    'nbclient',
    'a cell with a type error names its place',
    ['const a1 = 1;\nconst b1: string = a1;'],
    { fails: /cell \d+:2:7/ },
  ],
  ['nbclient', 'a name that nobody has declared', ['nobody + 1'], { fails: /Cannot find name 'nobody'/ }],
];

/** Files beside the notebook; those that are written anew by the cell `%edit` come with both texts. */
export const FILES: Readonly<Record<string, string | [before: string, after: string]>> = {
  '../outside.ts': 'export const up = 8;',
  'node_modules/esm-only/package.json':
    '{"name":"esm-only","type":"module","exports":{"import":"./index.js","types":"./index.d.ts"}}',
  'node_modules/esm-only/index.js': 'export const only = 9;',
  'node_modules/esm-only/index.d.ts': 'export declare const only: number;',
  'edited.ts': ['export const v = 1;', 'export const v = 2;'],
  'user.ts': 'import { u } from "./used"; export const w = u * 10;',
  'used.ts': ['export const u = 1;', 'export const u = 2;'],
  'again.ts': ['export const z = 1;', 'export const z = 2;'],
  'data.json': '{ "rows": [1, 2] }',
  'plain.js': 'exports.plain = (n) => 2 * n;',
};
