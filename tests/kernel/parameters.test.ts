import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  accepts,
  declaredParameters,
  type JsonValue,
  literal,
  ParameterText,
  valueFor,
} from '../../src/kernel/parameters';

const one = (source: string, name?: string) =>
  declaredParameters(source).find((parameter) => name === undefined || parameter.name === name)!;
const given = (source: string, text: string) => valueFor('n.ipynb', one(source), new ParameterText(text));

test('declaredParameters reads names, types, defaults, comments and lines with TypeScript’s parser', () => {
  const source = [
    'import * as rl from "reluctant";',
    '// passes over the data',
    'let epochs = 5;',
    'let mode: "fast" | "exact" = "fast", rate = 1e-3; // two of them',
    'const version = 2;',
    'let late: string[];',
    '/** how wide',
    ' *  the net is */',
    'export let width: number = 2 * 32;',
    'function f() { let hidden = 1; }',
  ].join('\n');
  assert.deepEqual(
    declaredParameters(source).map((parameter) => ({ ...parameter, kind: undefined })),
    [
      {
        name: 'epochs',
        type: 'number',
        kind: undefined,
        default: '5',
        comment: 'passes over the data',
        line: 3,
        constant: false,
      },
      {
        name: 'mode',
        type: '"fast" | "exact"',
        kind: undefined,
        default: '"fast"',
        comment: '',
        line: 4,
        constant: false,
      },
      {
        name: 'rate',
        type: 'number',
        kind: undefined,
        default: '1e-3',
        comment: 'two of them',
        line: 4,
        constant: false,
      },
      { name: 'version', type: 'number', kind: undefined, default: '2', comment: '', line: 5, constant: true },
      { name: 'late', type: 'string[]', kind: undefined, default: '', comment: '', line: 6, constant: false },
      {
        name: 'width',
        type: 'number',
        kind: undefined,
        default: '2 * 32',
        comment: 'how wide the net is',
        line: 9,
        constant: false,
      },
    ],
  );
});

test('valueFor reads a text as what the type of its parameter says', () => {
  assert.equal(given('let n = 1', '0.5'), 0.5);
  assert.equal(given('let n = 1', '1e-3'), 1e-3);
  assert.equal(given('let n = 1', '-.5'), -0.5);
  assert.equal(given('let s = ""', '7203'), '7203');
  assert.equal(given('let s = ""', '"quoted"'), '"quoted"');
  assert.equal(given('let s = ""', ''), '');
  assert.equal(given('let b = true', 'false'), false);
  assert.deepEqual(given('let list = [1, 2]', '[3]'), [3]);
  assert.deepEqual(given('let list: string[] = []', '["a"]'), ['a']);
  assert.deepEqual(given('let o: { a: number; b?: string }', '{"a": 1}'), { a: 1 });
  assert.equal(given('let m: "a" | "b" = "a"', 'b'), 'b');
  assert.equal(given('let m: number | null = null', 'null'), null);
  assert.equal(given('let m: string | number = 1', '5'), 5);
  assert.equal(given('type Mode = "a" | "b"; let m: Mode = "a"', 'b'), 'b');
  assert.deepEqual(given('interface P { x: number } let p: P[] = []', '[{"x": 1}]'), [{ x: 1 }]);
});

test('valueFor refuses what has another type, with the line and the type', () => {
  const refused: [string, string][] = [
    ['let n = 1', 'x'],
    ['let n = 1', ''],
    ['let n = 1', '"1"'],
    ['let n = 1', 'NaN'],
    ['let n = 1', 'Infinity'],
    ['let n = 1', '1e999'],
    ['let n = 1', '0x10'],
    ['let n = 1', '9007199254740993'],
    ['let n = 1', '1; process.exit()'],
    ['let b = true', 'yes'],
    ['let b = true', '1'],
    ['let list = [1]', '["a"]'],
    ['let list = [1]', '1'],
    ['let m: "a" | "b" = "a"', 'c'],
    ['let o: { a: number }', '{"a": 1, "b": 2}'],
    ['let o: { a: number }', '{}'],
    ['let big = 1n', '2'],
    ['let f = () => 1', '"x"'],
    ['let d: Date = new Date()', '"2020-01-01"'],
  ];
  for (const [source, text] of refused) {
    assert.throws(
      () => given(source, text),
      { code: 'wrong-parameter-type', message: /line 1/ },
      `${source} <- ${text}`,
    );
  }
  assert.throws(() => given('const n = 1', '2'), { code: 'constant-parameter' });
  for (const value of [NaN, Infinity, undefined, () => 1, new Date(0), 1n, Symbol('x'), [undefined]]) {
    assert.throws(() => valueFor('n', one('let a: any'), value), { code: 'wrong-parameter-type' });
  }
});

test('literal writes an expression that evaluates to exactly the value, and to nothing else', () => {
  const evaluate = (code: string): unknown => new Function(`return (${code})`)();
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      assert.deepStrictEqual(evaluate(literal(value as JsonValue)), value);
    }),
  );
  const hostile = [
    '"; process.exit(1); "',
    '\u0024{process.exit(1)}',
    '`',
    '\\',
    '\u2028\u2029',
    '</script>',
    '\u0000',
    '*/',
  ];
  for (const text of hostile) assert.equal(evaluate(literal(text)), text);
  const trap = JSON.parse('{"__proto__": {"polluted": true}}') as JsonValue;
  const back = evaluate(literal(trap)) as object;
  assert.deepEqual(Object.keys(back), ['__proto__']);
  assert.equal(Object.getPrototypeOf(back), Object.prototype);
  assert.ok(Object.is(evaluate(literal(-0)), -0));
});

test('accepts agrees with TypeScript on types that contain themselves', () => {
  const { kind } = one('type Tree = { value: number; children: Tree[] }; let tree: Tree');
  assert.ok(accepts(kind, { value: 1, children: [{ value: 2, children: [] }] }));
  assert.ok(!accepts(kind, { value: 'x', children: [] }));
});
