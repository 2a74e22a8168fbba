import type { TypeScript } from './engine';
import type { Position } from './transpile';

/** An export that has no meaning in a cell. */
export interface RefusedExport extends Position {
  message: string;
}

/** A cell without its exports, with every remaining character in its old place. */
export interface WithoutExports {
  code: string;
  refused: readonly RefusedExport[];
}

/** Internal functions of the compiler that its declaration file leaves out. */
interface Internals {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
}

/**
 * Reads the exports of a cell as a notebook means them: everything that a cell declares or imports is visible to later cells
 * anyway. So `export` before a declaration, and before names that keep their names, says nothing new; `export ... from` shows
 * later cells what an import shows them. An export that would need a name of its own, which nobody could import, is refused.
 */
export function withoutExports(ts: typeof TypeScript, code: string): WithoutExports {
  if (!code.includes('export')) return { code, refused: [] };
  const parsed = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const refused: RefusedExport[] = [];
  let result = code;
  const overwrite = (from: number, text: string): void => {
    result = `${result.slice(0, from)}${text}${result.slice(from + text.length)}`;
  };
  const refuse = (node: TypeScript.Node, message: string): void => {
    const { line, character } = parsed.getLineAndCharacterOfPosition(node.getStart(parsed));
    refused.push({ line: line + 1, column: character + 1, message });
  };
  for (const statement of parsed.statements) {
    if (ts.isExportAssignment(statement)) {
      refuse(statement, `nothing can import the default export of a cell; give it a name: const name = ...${MODULE}`);
    } else if (ts.isExportDeclaration(statement)) {
      const problem = problemOf(ts, statement);
      if (problem) refuse(problem.node, problem.message);
      // Both words have six letters.
      else if (statement.moduleSpecifier) overwrite(statement.getStart(parsed), 'import');
      else for (const [from, until] of ownNames(ts, statement, parsed)) overwrite(from, ' '.repeat(until - from));
    } else if (ts.canHaveModifiers(statement)) {
      const modifiers = ts.getModifiers(statement) ?? [];
      const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
      if (isDefault && !(statement as { name?: TypeScript.Node }).name) {
        refuse(statement, `nothing can import the default export of a cell; give it a name${MODULE}`);
        continue;
      }
      for (const modifier of modifiers) {
        if (modifier.kind !== ts.SyntaxKind.ExportKeyword && modifier.kind !== ts.SyntaxKind.DefaultKeyword) continue;
        const from = modifier.getStart(parsed);
        overwrite(from, ' '.repeat(modifier.end - from));
      }
    }
  }
  const own = namesOf(ts, parsed).get('exports')?.valueDeclaration;
  if (own) refuse(own, 'by the name exports cells hand their variables on to each other; choose another name');
  return { code: result, refused };
}

/** What a cell declares. */
function namesOf(ts: typeof TypeScript, parsed: TypeScript.SourceFile): ReadonlyMap<string, TypeScript.Symbol> {
  (ts as unknown as Internals).bindSourceFile(parsed, {});
  return (parsed as unknown as { locals?: ReadonlyMap<string, TypeScript.Symbol> }).locals ?? new Map();
}

const MODULE = ', or put it into a module that cells import (a cell that begins with /** @module name */, or a file)';

/** Why an `export` without a declaration cannot be read as an import, or left out. */
function problemOf(
  ts: typeof TypeScript,
  statement: TypeScript.ExportDeclaration,
): { node: TypeScript.Node; message: string } | undefined {
  const { exportClause: clause, moduleSpecifier: from } = statement;
  if (!clause) {
    const message = `a cell cannot take over all names of a module; write import * as name from ${textOf(from)}, or import the names that are needed`;
    return { node: statement, message };
  }
  if (!ts.isNamedExports(clause)) return undefined;
  for (const node of clause.elements) {
    const { propertyName, name } = node;
    if (from) {
      if (name.text !== 'default') continue;
      const message = `nothing can import the default export of a cell; write import name from ${textOf(from)}`;
      return { node, message };
    }
    if (!propertyName || propertyName.text === name.text) continue;
    const [old, other] = [propertyName.text, name.text];
    const advice =
      other === 'default' ? '' : `; for a second name write const ${other} = ${old} (type ${other} = ${old})`;
    return { node, message: `later cells see ${old} by its own name; an export cannot rename it${advice}` };
  }
  return undefined;
}

/**
 * Where an `export { ... }` names what the cell itself declares. All of that is exported already, and what is left are names
 * of earlier cells, and misspelt ones, which the compiler complains about.
 */
function ownNames(
  ts: typeof TypeScript,
  { exportClause }: TypeScript.ExportDeclaration,
  parsed: TypeScript.SourceFile,
): [from: number, until: number][] {
  if (!exportClause || !ts.isNamedExports(exportClause)) return [];
  const locals = namesOf(ts, parsed);
  return exportClause.elements.flatMap((element): [number, number][] => {
    if (!locals.has(element.name.text)) return [];
    const comma = /^\s*,/.exec(parsed.text.slice(element.end))?.[0].length ?? 0;
    return [[element.getStart(parsed), element.end + comma]];
  });
}

const textOf = (specifier: TypeScript.Expression | undefined): string =>
  `'${(specifier as TypeScript.StringLiteral | undefined)?.text ?? ''}'`;
