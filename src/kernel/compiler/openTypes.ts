import type { TypeScript } from './engine';

/** "... has or is using ... but cannot be named", "... of exported anonymous class type may not be private": what only a declaration file minds. */
export const isOfDeclarations = ({ code }: { code: number }): boolean => code >= 4000 && code < 4100;

/**
 * Later cells know the names of a cell by its declaration file, and some types cannot be written into one: those of a class with private
 * members and without a name, and those that a module keeps to itself. Nobody has asked for such a file, so the names concerned get a type
 * that can be written: that of the module for `await import('name')`, and `any` for others.
 *
 * @param complaints where they stand, lines and characters counted from 0
 * @returns the code with types behind the names; nothing where there is none to be put
 */
export function withOpenTypes(
  ts: typeof TypeScript,
  code: string,
  complaints: readonly { start: { line: number; character: number } }[],
): string | undefined {
  const parsed = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest, true);
  const inserted = new Map<number, string>();
  for (const { start } of complaints) {
    const place = ts.getPositionOfLineAndCharacter(parsed, start.line, start.character);
    const statement = parsed.statements.find((one) => one.getStart(parsed) <= place && place <= one.end);
    if (!statement) return undefined;
    const texts = textsFor(ts, parsed, statement, place);
    if (texts.length === 0) return undefined;
    for (const [at, text] of texts) inserted.set(at, text);
  }
  let result = code;
  for (const [at, text] of [...inserted].sort((a, b) => b[0] - a[0]))
    result = `${result.slice(0, at)}${text}${result.slice(at)}`;
  return result;
}

/** What is to be put where, so that a statement says the types that it exports. */
function textsFor(
  ts: typeof TypeScript,
  parsed: TypeScript.SourceFile,
  statement: TypeScript.Statement,
  place: number,
): [at: number, text: string][] {
  if (ts.isVariableStatement(statement)) {
    const { declarations } = statement.declarationList;
    const meant = declarations.find((one) => one.getStart(parsed) <= place && place <= one.end) ?? declarations[0]!;
    return meant.type ? [] : [[meant.name.end, `: ${typeOf(ts, meant.initializer)}`]];
  }
  if (ts.isFunctionDeclaration(statement) && !statement.type && statement.body)
    return [[statement.body.getStart(parsed), ': any ']];
  if (ts.isExpressionStatement(statement)) {
    const { expression } = statement;
    return [
      [expression.getStart(parsed), '('],
      [expression.end, ') as any'],
    ];
  }
  return [];
}

function typeOf(ts: typeof TypeScript, value: TypeScript.Expression | undefined): string {
  if (!value || !ts.isAwaitExpression(value) || !ts.isCallExpression(value.expression)) return 'any';
  const { expression, arguments: given } = value.expression;
  const [name] = given;
  const isImport = expression.kind === ts.SyntaxKind.ImportKeyword && name !== undefined && ts.isStringLiteral(name);
  return isImport ? `typeof import(${JSON.stringify(name.text)})` : 'any';
}
