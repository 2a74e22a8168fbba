import { ReluctantError } from '../core';
import { CellCompiler, CompileError } from './compiler/cells';
import type { TypeScript } from './compiler/engine';

/** A parameter of a notebook: a `let` of its parameters cell. */
export interface Parameter {
  name: string;
  /** How a text from the command line is read. */
  kind: 'number' | 'string' | 'boolean' | 'json';
  /** The declared type or the default, for messages. */
  declared: string;
}

/**
 * Turns `name=value` texts into the assignments that a run begins with, checked by the compiler against the declarations
 * of the notebook's parameters cell.
 *
 * @param declaration the text of the cell that is tagged `parameters`
 * @param given the texts by name
 * @param folder the notebook's folder
 * @returns TypeScript that assigns the values
 * @throws ReluctantError `unknown-parameter`, `parameter-of-wrong-type`
 */
export function assignments(
  declaration: string,
  given: ReadonlyMap<string, string>,
  folder: string,
  installation: string,
): string {
  const compiler = new CellCompiler(folder, installation);
  const known = parametersOf(compiler.typescript, declaration);
  const lines: string[] = [];
  let checked = false;
  try {
    compiler.adopt(compiler.compile(declaration).declarations);
    checked = true;
  } catch (error) {
    // A parameters cell that uses types of earlier cells cannot be compiled alone; its values are read by their kind.
    if (!(error instanceof CompileError)) throw error;
  }
  for (const [name, text] of given) {
    const parameter = known.find((candidate) => candidate.name === name);
    if (!parameter) {
      throw new ReluctantError({
        code: 'unknown-parameter',
        operation: 'run',
        problem: `the notebook has no parameter "${name}"`,
        expected: known.length ? `one of ${known.map((candidate) => `"${candidate.name}"`).join(', ')}` : 'none at all',
        fix: 'declare it with "let" in the cell that is tagged "parameters"',
      });
    }
    const line = `${name} = ${JSON.stringify(read(parameter, text))};`;
    if (checked) check(compiler, parameter, line, text);
    lines.push(line);
  }
  return lines.join('\n');
}

function check(compiler: CellCompiler, parameter: Parameter, line: string, text: string): void {
  try {
    compiler.compile(line);
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw wrongType(parameter, text, error.complaints[0]!.message);
  }
}

function read(parameter: Parameter, text: string): unknown {
  if (parameter.kind === 'string') return text;
  if (parameter.kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (parameter.kind === 'number' && text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
  if (parameter.kind !== 'json') throw wrongType(parameter, text);
  try {
    return JSON.parse(text);
  } catch {
    throw wrongType(parameter, text, 'the text is not JSON');
  }
}

function wrongType({ name, declared }: Parameter, text: string, why?: string): ReluctantError {
  return new ReluctantError({
    code: 'parameter-of-wrong-type',
    operation: 'run',
    problem: `parameter "${name}" has the wrong type${why ? `: ${why.replace(/\.$/, '')}` : ''}`,
    received: text,
    expected: `something that fits "${declared}"`,
  });
}

/** The parameters that a cell declares: its variables that can be assigned to. */
export function parametersOf(ts: typeof TypeScript, code: string): Parameter[] {
  const file = ts.createSourceFile('parameters.ts', code, ts.ScriptTarget.Latest, true);
  return file.statements
    .filter(ts.isVariableStatement)
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) === 0)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .filter(({ name }) => ts.isIdentifier(name))
    .map(({ name, type, initializer }) => ({
      name: name.getText(file),
      kind: kindOf(ts, type, initializer),
      declared: (type ?? initializer)?.getText(file) ?? 'any',
    }));
}

function kindOf(
  ts: typeof TypeScript,
  type: TypeScript.TypeNode | undefined,
  initializer: TypeScript.Expression | undefined,
): Parameter['kind'] {
  const { SyntaxKind } = ts;
  if (type && ts.isUnionTypeNode(type)) {
    const kinds = new Set(type.types.map((part) => kindOf(ts, part, undefined)));
    return kinds.size === 1 ? [...kinds][0]! : 'json';
  }
  const node = type && ts.isLiteralTypeNode(type) ? type.literal : (type ?? initializer);
  switch (node?.kind) {
    case SyntaxKind.NumberKeyword:
    case SyntaxKind.NumericLiteral:
    case SyntaxKind.PrefixUnaryExpression:
      return 'number';
    case SyntaxKind.StringKeyword:
    case SyntaxKind.StringLiteral:
    case SyntaxKind.NoSubstitutionTemplateLiteral:
      return 'string';
    case SyntaxKind.BooleanKeyword:
    case SyntaxKind.TrueKeyword:
    case SyntaxKind.FalseKeyword:
      return 'boolean';
    default:
      return 'json';
  }
}
