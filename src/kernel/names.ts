import type { TypeScript } from './compiler/engine';

// Cells run between these functions, and may change the built-in objects that hold them.
const { set, defineProperty } = Reflect;
const isIn = Function.prototype.call.bind(Set.prototype.has) as (names: ReadonlySet<string>, name: string) => boolean;

/**
 * The object that holds the variables of all cells. TypeScript's output defines imported names as read-only getters;
 * notebook variables can always be set anew.
 */
export class CellNames {
  readonly exports: Record<string, unknown>;
  private readonly values: Record<string, unknown> = {};
  /** The names written since {@link beginCell}, as keys of an object that has no others. */
  private written: Record<string, true> = Object.create(null);
  private fixed: ReadonlySet<string> = new Set();

  constructor() {
    const note = (name: PropertyKey): void => {
      if (typeof name === 'string') this.written[name] = true;
    };
    this.exports = new Proxy(this.values, {
      set: (target, name, value) => {
        note(name);
        // A name that is declared anew has nothing to do with the variable of an earlier cell any more.
        return isIn(this.fixed, name as string) ? define(target, name, value) : set(target, name, value);
      },
      defineProperty: (target, name, { get: getter, set: setter, value }) => {
        if (name === '__esModule') return true;
        note(name);
        if (!getter) return define(target, name, value);
        // What a cell imports is what the module has at the time, until somebody sets the name to something else.
        const replace = (other: unknown): unknown => define(target, name, other);
        return defineProperty(target, name, accessors(getter, setter ?? replace));
      },
      // A cell that freezes this object would leave no place for the names of all others.
      preventExtensions: () => false,
      setPrototypeOf: () => false,
    });
  }

  /**
   * Forgets which names were written so far.
   * @param fixed the names that the cell declares for good: constants, functions, classes and imports
   */
  beginCell(fixed: ReadonlySet<string>): void {
    this.written = Object.create(null);
    this.fixed = fixed;
  }

  /** The names that were written since {@link beginCell}. */
  get writtenNames(): ReadonlySet<string> {
    return new Set(Object.keys(this.written));
  }

  /** Takes out the value of a cell's last expression. */
  take(name: string): unknown {
    const value = this.values[name];
    delete this.values[name];
    return value;
  }
}

function define(target: object, name: PropertyKey, value: unknown): boolean {
  return defineProperty(target, name, {
    __proto__: null,
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  } as PropertyDescriptor);
}

function accessors(get: () => unknown, set: (value: unknown) => void): PropertyDescriptor {
  return { __proto__: null, get, set, enumerable: true, configurable: true } as PropertyDescriptor;
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
  const isSet = (name: string) => written.has(name);
  for (const { isType, isImport, names: own, text } of namedStatements(ts, after)) {
    // A module gives all that is imported of it at once, and types among that are never written.
    const isWritten = isImport ? own.some(isSet) : own.every(isSet);
    if (!isType && !isWritten && !old.has(text)) continue;
    kept.push(text);
    for (const name of own) names.add(name);
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
  /** Whether it imports values, which are there all at once or not at all. */
  isImport: boolean;
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
          isImport: false,
        };
      });
    }
    const isImport = ts.isImportDeclaration(statement);
    const isType =
      ts.isInterfaceDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement) ||
      (isImport && importsTypesOnly(ts, statement));
    const printed = printer.printNode(ts.EmitHint.Unspecified, statement, file);
    return [{ text: printed, names: namesOf(ts, statement), isType, isImport }];
  });
}

function importsTypesOnly(ts: typeof TypeScript, { importClause: clause }: TypeScript.ImportDeclaration): boolean {
  if (!clause || clause.isTypeOnly) return clause !== undefined;
  const { name, namedBindings: bindings } = clause;
  return (
    !name && bindings !== undefined && ts.isNamedImports(bindings) && bindings.elements.every((one) => one.isTypeOnly)
  );
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
