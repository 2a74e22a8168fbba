import type { TypeScript } from './compiler/engine';

/**
 * The object that holds the variables of all cells. TypeScript's output defines imported names as read-only getters;
 * notebook variables can always be set anew.
 */
export class CellNames {
  readonly exports: Record<string, unknown>;
  private readonly values: Record<string, unknown> = {};
  private written = new Set<string>();
  private fixed: ReadonlySet<string> = new Set();

  constructor() {
    const note = (name: PropertyKey): void => {
      if (typeof name === 'string') this.written.add(name);
    };
    this.exports = new Proxy(this.values, {
      set: (target, name, value) => {
        note(name);
        // A name that is declared anew has nothing to do with the variable of an earlier cell any more.
        return this.fixed.has(name as string) ? define(target, name, value) : Reflect.set(target, name, value);
      },
      defineProperty: (target, name, { get, set, value }) => {
        if (name === '__esModule') return true;
        note(name);
        if (get && set) return Reflect.defineProperty(target, name, { get, set, enumerable: true, configurable: true });
        return define(target, name, get ? get() : value);
      },
    });
  }

  /**
   * Forgets which names were written so far.
   * @param fixed the names that the cell declares for good: constants, functions, classes and imports
   */
  beginCell(fixed: ReadonlySet<string>): void {
    this.written = new Set();
    this.fixed = fixed;
  }

  /** The names that were written since {@link beginCell}. */
  get writtenNames(): ReadonlySet<string> {
    return this.written;
  }

  /** Takes out the value of a cell's last expression. */
  take(name: string): unknown {
    const value = this.values[name];
    delete this.values[name];
    return value;
  }
}

function define(target: object, name: PropertyKey, value: unknown): boolean {
  return Reflect.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * The declarations after a cell that failed half-way: those of its own names that it had set before it failed, its types,
 * and everything declared before.
 * @param before the declarations before the cell
 * @param after the declarations as they would be had it succeeded
 */
export function declarationsAfterFailure(
  ts: typeof TypeScript,
  before: string,
  after: string,
  written: ReadonlySet<string>,
): string {
  const old = new Map(namedStatements(ts, before).map((statement) => [statement.text, statement]));
  const kept: string[] = [];
  const names = new Set<string>();
  for (const statement of namedStatements(ts, after)) {
    const reached = statement.isType || statement.names.every((name) => written.has(name)) || old.has(statement.text);
    if (!reached) continue;
    kept.push(statement.text);
    for (const name of statement.names) names.add(name);
  }
  for (const [text, statement] of old) {
    if (!kept.includes(text) && statement.names.every((name) => !names.has(name))) kept.push(text);
  }
  return kept.join('\n');
}

interface NamedStatement {
  text: string;
  names: string[];
  /** Whether it exists for the compiler only and is there as soon as the cell compiles. */
  isType: boolean;
}

/** The statements of a declaration file, one declared variable each. */
function namedStatements(ts: typeof TypeScript, text: string): NamedStatement[] {
  const file = ts.createSourceFile('cells.d.ts', text, ts.ScriptTarget.Latest);
  const printer = ts.createPrinter({ removeComments: false });
  return file.statements.flatMap((statement): NamedStatement[] => {
    if (ts.isVariableStatement(statement)) {
      return statement.declarationList.declarations.map((declaration) => {
        const list = ts.factory.createVariableDeclarationList([declaration], statement.declarationList.flags);
        const single = ts.factory.createVariableStatement(statement.modifiers, list);
        return {
          text: printer.printNode(ts.EmitHint.Unspecified, single, file),
          names: [declaration.name.getText(file)],
          isType: false,
        };
      });
    }
    const isType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement);
    return [
      { text: printer.printNode(ts.EmitHint.Unspecified, statement, file), names: namesOf(ts, statement), isType },
    ];
  });
}

function namesOf(ts: typeof TypeScript, statement: TypeScript.Statement): string[] {
  if (ts.isImportDeclaration(statement)) {
    const clause = statement.importClause;
    const bindings = clause?.namedBindings;
    const names = clause?.name ? [clause.name.text] : [];
    if (bindings && ts.isNamespaceImport(bindings)) names.push(bindings.name.text);
    else if (bindings) names.push(...bindings.elements.map(({ name }) => name.text));
    return names;
  }
  const name = (statement as unknown as { name?: TypeScript.Node }).name;
  return name && ts.isIdentifier(name) ? [name.text] : [];
}
