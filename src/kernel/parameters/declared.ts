import { ReluctantError } from '../../core';
import { isTooDeep, TOO_DEEP } from '../compiler/depth';
import type { TypeScript } from '../compiler/engine';
import { kindOfType, kindOfValue, type LocalTypes, ts } from './kindOf';
import { type Kind, kindName } from './kinds';

/** A parameter of a notebook: a variable that the cell tagged `parameters` declares. */
export interface Parameter {
  name: string;
  /** Its type, as written, or as inferred from the default. */
  type: string;
  kind: Kind;
  /** The default, as written; empty where there is none. */
  default: string;
  /** The comment on its line, or on the lines before it. */
  comment: string;
  /** Line in the cell, from 1. */
  line: number;
  /** A `const` cannot be given another value. */
  constant: boolean;
}

/**
 * The parameters that a cell declares, read with TypeScript's own parser; nothing is executed.
 *
 * @throws ReluctantError `notebook-not-valid` for one that is nested deeper than the compiler can go.
 * @example
 * declaredParameters('let epochs = 5; // passes over the data')[0].type; // 'number'
 */
export function declaredParameters(source: string): Parameter[] {
  if (isTooDeep(ts, source)) {
    throw new ReluctantError({
      code: 'notebook-not-valid',
      operation: 'parameters',
      problem: `of the cell of parameters, ${TOO_DEEP}`,
    });
  }
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const types = localTypes(file);
  return file.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    const list = statement.declarationList;
    const constant = (list.flags & ts.NodeFlags.Const) !== 0;
    return list.declarations.flatMap((declaration) => {
      if (!ts.isIdentifier(declaration.name)) return []; // a pattern: its names have no default of their own
      const owner = list.declarations.length === 1 ? statement : declaration;
      return [parameterOf(declaration, owner, declaration.name.text, constant, types, file)];
    });
  });
}

function parameterOf(
  declaration: TypeScript.VariableDeclaration,
  owner: TypeScript.Node,
  name: string,
  constant: boolean,
  types: LocalTypes,
  file: TypeScript.SourceFile,
): Parameter {
  const { type, initializer } = declaration;
  const kind = type ? kindOfType(type, types) : initializer ? kindOfValue(initializer, types) : { is: 'any' as const };
  return {
    name,
    type: type ? type.getText(file) : kindName(kind),
    kind,
    default: initializer?.getText(file) ?? '',
    comment: commentOf(owner, file.text),
    line: file.getLineAndCharacterOfPosition(declaration.getStart(file)).line + 1,
    constant,
  };
}

/** The comment after a node on its line; else those before it. */
function commentOf(node: TypeScript.Node, text: string): string {
  let end = node.getEnd();
  while (/[,;]/.test(text[end] ?? '')) end += 1;
  const trailing = ts.getTrailingCommentRanges(text, end) ?? [];
  const ranges = trailing.length > 0 ? trailing : (ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []);
  // Before the first declaration of a line stands the comment that ends the line before it.
  const own = ranges.filter(
    ({ pos }) => trailing.length > 0 || pos === 0 || text.lastIndexOf('\n', pos) >= text.slice(0, pos).trimEnd().length,
  );
  return own
    .map(({ pos, end: to }) =>
      text
        .slice(pos, to)
        .replace(/^\/\/+|^\/\*+|\*+\/$|^\s*\*\s?/gm, '')
        .trim(),
    )
    .join(' ')
    .replace(/\s+/g, ' ');
}

function localTypes(file: TypeScript.SourceFile): LocalTypes {
  const types = new Map<string, TypeScript.TypeNode | TypeScript.InterfaceDeclaration>();
  for (const statement of file.statements) {
    if (ts.isTypeAliasDeclaration(statement) && !statement.typeParameters)
      types.set(statement.name.text, statement.type);
    else if (ts.isInterfaceDeclaration(statement)) types.set(statement.name.text, statement);
  }
  return types;
}
