// Runs the code of one `@example`. `rl` is the library, the exports of the documented folder are in scope by name, and
// `expression; // value` is a claim that is checked: numbers to the digits written.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { inspect } from 'node:util';
import * as ts from 'typescript';
import * as rl from '../../src';

export class Example {
  private readonly code: string;

  /** @param file the source file that the example documents, absolute. */
  constructor(
    code: string,
    private readonly file: string,
  ) {
    this.code = code.replace(/^\s*```\w*$/gm, '');
  }

  /** @returns how many claims were checked. */
  async run(): Promise<number> {
    let checked = 0;
    const load = (name: string): unknown => (name === 'reluctant' ? rl : require(name));
    const scope: Record<string, unknown> = {
      ...identifiers(rl),
      ...identifiers(require(room(this.file))),
      ...identifiers(require(this.file)),
      rl,
      require: load,
      exports: {},
      __claim(value: unknown, expression: string, comment: string) {
        const expected = literal(comment);
        if (!expected) return;
        checked += 1;
        if (!agrees(value, expected.value, comment)) assert.fail(`${expression} is ${inspect(value)}, not ${comment}`);
      },
    };
    const { outputText } = ts.transpileModule(this.withClaims(), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    });
    // A block inside the function, so that an example may declare a name that is also in scope.
    assert.match(
      ts.transpileModule(this.code, { compilerOptions: { removeComments: true } }).outputText,
      /\S/,
      'the example runs nothing',
    );
    const body = `return (async () => { { ${outputText.replace('"use strict";', '')}\n } })();`;
    await new Function(...Object.keys(scope), body)(...Object.values(scope));
    return checked;
  }

  /** Turns each `expression; // comment` into a call that compares the two. */
  private withClaims(): string {
    const source = ts.createSourceFile('example.ts', this.code, ts.ScriptTarget.ES2022, true);
    let text = this.code;
    for (const statement of [...source.statements].reverse()) {
      if (!ts.isExpressionStatement(statement)) continue;
      const [comment] = ts.getTrailingCommentRanges(this.code, statement.end) ?? [];
      if (comment?.kind !== ts.SyntaxKind.SingleLineCommentTrivia) continue;
      const said = this.code.slice(comment.pos + 2, comment.end).trim();
      const expression = statement.expression.getText(source);
      const call = `__claim(${expression}, ${JSON.stringify(expression)}, ${JSON.stringify(said)});`;
      text = text.slice(0, statement.getStart(source)) + call + text.slice(statement.end);
    }
    return text;
  }
}

/** The nearest folder with an index: what a reader of the file takes to be in scope. */
function room(file: string): string {
  const folder = path.dirname(file);
  return fs.existsSync(path.join(folder, 'index.ts')) ? folder : room(folder);
}

const identifiers = (module: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(module).filter(([name]) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default'));

/** A comment that is a value (number, text, list, object ...), or undefined for prose. */
function literal(comment: string): { value: unknown } | undefined {
  const source = ts.createSourceFile('comment.ts', `(${comment})`, ts.ScriptTarget.ES2022, true);
  const diagnostics = (source as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics;
  if (diagnostics.length > 0 || source.statements.length !== 1 || !isLiteral(source.statements[0]!)) return undefined;
  return { value: new Function(`return (${comment});`)() };
}

function isLiteral(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return ['NaN', 'Infinity', 'undefined'].includes(node.text);
  if (ts.isPropertyAssignment(node)) return isLiteral(node.initializer);
  const fine =
    ts.isExpressionStatement(node) ||
    ts.isParenthesizedExpression(node) ||
    ts.isArrayLiteralExpression(node) ||
    ts.isObjectLiteralExpression(node) ||
    ts.isPrefixUnaryExpression(node) ||
    ts.isNumericLiteral(node) ||
    ts.isStringLiteralLike(node) ||
    [ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword, ts.SyntaxKind.NullKeyword].includes(node.kind);
  let all = fine;
  ts.forEachChild(node, (child) => {
    all &&= isLiteral(child);
  });
  return all;
}

/** Equal in structure; a number agrees when it rounds to the digits that the comment shows. */
function agrees(value: unknown, expected: unknown, comment: string): boolean {
  if (typeof expected === 'number' && typeof value === 'number') {
    if (Object.is(value, expected) || Math.abs(value - expected) <= 1e-12 * Math.abs(expected)) return true;
    const digits = Math.max(0, ...[...comment.matchAll(/\.(\d+)/g)].map((match) => match[1]!.length));
    return digits > 0 && Math.abs(value - expected) <= 0.5000001 * 10 ** -digits;
  }
  const list = ArrayBuffer.isView(value) ? [...(value as unknown as number[])] : value;
  if (Array.isArray(expected) && Array.isArray(list))
    return list.length === expected.length && list.every((item, k) => agrees(item, expected[k], comment));
  if (expected && typeof expected === 'object' && value && typeof value === 'object')
    return Object.entries(expected).every(([key, item]) =>
      agrees((value as Record<string, unknown>)[key], item, comment),
    );
  return Object.is(value, expected);
}
