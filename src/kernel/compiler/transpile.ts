import { SourceMap } from 'node:module';
import type { TypeScript } from './engine';

/** A place in a text, counted from 1. */
export interface Position {
  line: number;
  column: number;
}

/** The way back from a place in the JavaScript that runs to the TypeScript that was written. */
export class SourceTrail {
  private parsed: readonly SourceMap[] | undefined;

  constructor(
    /** Source maps, of the last step first; they are read when something has failed. */
    private readonly maps: readonly (() => SourceMap)[],
    private readonly skippedLines = 0,
  ) {}

  /** The same trail for a source whose text begins after `lines` lines of the compiled one. */
  after(lines: number): SourceTrail {
    return new SourceTrail(this.maps, lines);
  }

  origin({ line, column }: Position): Position | undefined {
    let at = { line: line - 1, column: column - 1 };
    this.parsed ??= this.maps.map((read) => read());
    for (const map of this.parsed) {
      const entry = map.findEntry(at.line, at.column);
      if (!('originalLine' in entry)) return undefined;
      at = { line: entry.originalLine, column: entry.originalColumn };
    }
    const found = { line: at.line + 1 - this.skippedLines, column: at.column + 1 };
    return found.line >= 1 ? found : undefined;
  }
}

/** The name under which the running code finds the functions that let it be interrupted. */
export const GUARD = '__reluctant';

/** The names under which the running code finds its `import.meta`, what `import()` calls, and what its imports call. */
export const IMPORT_META = '__import_meta';
export const IMPORT = '__import';
export const REQUIRE = '__require';

/** CommonJS as it runs. */
export interface Transpiled {
  code: string;
  trail: SourceTrail;
  /** What it imports other than by `import()`, in order. */
  imports: readonly string[];
}

const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json;base64,([\w+/=]+)\s*$/;

/**
 * From the modules that the compiler emits to the CommonJS that runs. On the way every `await` is guarded, so that
 * interrupted code does not go on when the promise it waits for settles later.
 */
export function transpile(ts: typeof TypeScript, javascript: string, options: TypeScript.TranspileOptions): Transpiled {
  const imports: string[] = [];
  const inline = INLINE_MAP.exec(javascript);
  const { outputText, sourceMapText } = ts.transpileModule(
    inline ? javascript.slice(0, inline.index + 1) : javascript,
    {
      ...options,
      compilerOptions: { ...options.compilerOptions, target: ts.ScriptTarget.ES2024, sourceMap: true },
      transformers: { before: [noteImports(ts, imports), guardAwaits(ts)], after: [requireForImports(ts)] },
    },
  );
  const maps = [
    () => new SourceMap(JSON.parse(sourceMapText!)),
    ...(inline ? [() => new SourceMap(JSON.parse(Buffer.from(inline[1]!, 'base64').toString()))] : []),
  ];
  const code = outputText
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
    // Without this line a cell that fails at its first statement would already have wiped out what it was to define anew.
    .replace(/^(?:exports\.[\w$]+ = )+void 0;$/m, '');
  return { code, trail: new SourceTrail(maps), imports };
}

function noteImports(ts: typeof TypeScript, imports: string[]): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  return () => (file) => {
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
      const { moduleSpecifier: from } = statement;
      if (from && ts.isStringLiteral(from)) imports.push(from.text);
    }
    return file;
  };
}

/** Has imports call a name of their own, since code may declare a `require` (`createRequire(import.meta.url)`, say). */
function requireForImports(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  return (context) => (file) => {
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      const inner = ts.visitEachChild(node, visit, context);
      if (!ts.isCallExpression(inner) || !ts.isIdentifier(inner.expression)) return inner;
      const { expression, typeArguments, arguments: given } = inner;
      // What the user has written has a place in the text.
      if (expression.text !== 'require' || expression.pos >= 0) return inner;
      return factory.updateCallExpression(inner, factory.createIdentifier(REQUIRE), typeArguments, given);
    };
    return ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

function guardAwaits(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const guarded = (method: string, expression: TypeScript.Expression) =>
    factory.createCallExpression(
      factory.createPropertyAccessExpression(factory.createIdentifier(GUARD), method),
      undefined,
      [expression],
    );
  return (context) => (file) => {
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      // What runs is CommonJS, which has no such thing: it is handed in by the name.
      if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
        return factory.createIdentifier(IMPORT_META);
      }
      const inner = ts.visitEachChild(node, visit, context);
      if (ts.isCallExpression(inner) && inner.expression.kind === ts.SyntaxKind.ImportKeyword) {
        return factory.updateCallExpression(inner, factory.createIdentifier(IMPORT), undefined, inner.arguments);
      }
      if (ts.isAwaitExpression(inner)) return factory.updateAwaitExpression(inner, guarded('wait', inner.expression));
      if (ts.isForOfStatement(inner) && inner.awaitModifier) {
        const { awaitModifier, initializer, expression, statement } = inner;
        return factory.updateForOfStatement(inner, awaitModifier, initializer, guarded('each', expression), statement);
      }
      return inner;
    };
    return ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}
