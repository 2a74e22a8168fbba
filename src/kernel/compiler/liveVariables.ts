import type { TypeScript } from './engine';

/** The variables that cells may set anew: `let` and `var` declared by a statement of the cell itself. */
function variablesOf(ts: typeof TypeScript, statement: TypeScript.Statement): string[] {
  if (!ts.isVariableStatement(statement)) return [];
  const { declarationList, modifiers } = statement;
  const isFixed = (declarationList.flags & ts.NodeFlags.Const) !== 0;
  const isAmbient = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.DeclareKeyword) === true;
  return isFixed || isAmbient ? [] : declarationList.declarations.flatMap(({ name }) => namesIn(ts, name));
}

/** All variables of a cell that cells may set anew. */
export const variablesIn = (ts: typeof TypeScript, file: TypeScript.SourceFile): string[] => [
  ...innerVariables(ts, file),
  ...file.statements.flatMap((statement) => variablesOf(ts, statement)),
];

/** The variables that `var` declares in blocks and loops of a cell: outside functions they belong to the cell as a whole. */
function innerVariables(ts: typeof TypeScript, file: TypeScript.SourceFile): string[] {
  if (!/\bvar\b/.test(file.text)) return [];
  const names = new Set<string>();
  const look = (node: TypeScript.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.BlockScoped) === 0)
      for (const { name } of node.declarations) for (const each of namesIn(ts, name)) names.add(each);
    ts.forEachChild(node, look);
  };
  for (const statement of file.statements) if (!ts.isVariableStatement(statement)) look(statement);
  for (const statement of file.statements) for (const name of variablesOf(ts, statement)) names.delete(name);
  return [...names];
}

/** Declarations of {@link innerVariables}, which the compiler leaves out of a cell's declaration file. */
export function declareInner(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  file: TypeScript.SourceFile,
): string {
  const { locals } = file as unknown as { locals?: ReadonlyMap<string, TypeScript.Symbol> };
  const printer = ts.createPrinter({ removeComments: true });
  const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.AllowNodeModulesRelativePaths;
  const textOf = (name: string): string => {
    const symbol = locals?.get(name);
    const type = symbol && checker.typeToTypeNode(checker.getTypeOfSymbolAtLocation(symbol, file), file, flags);
    const text = type ? printer.printNode(ts.EmitHint.Unspecified, type, file) : 'any';
    // A class without a name, for one, has a type that cannot be written.
    return isType(ts, text) ? text : 'any';
  };
  return innerVariables(ts, file)
    .map((name) => `declare var ${name}: ${textOf(name)};\n`)
    .join('');
}

function isType(ts: typeof TypeScript, text: string): boolean {
  const parsed = ts.createSourceFile('type.d.ts', `declare var x: ${text};`, ts.ScriptTarget.Latest);
  return (parsed as unknown as { parseDiagnostics: readonly unknown[] }).parseDiagnostics.length === 0;
}

function namesIn(ts: typeof TypeScript, name: TypeScript.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? namesIn(ts, element.name) : []));
}

/**
 * Makes later cells read and write a cell's own variables. As tslab leaves it they see a copy: after `rate = 0.5` in a
 * later cell, the functions of the cell that has declared `rate` would go on with the old value. It also makes loops that
 * count in such a variable as fast as in a function, because they no longer copy it each time round.
 */
export function bindVariables(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const bind = (name: string): TypeScript.Statement => {
    const written = factory.createParameterDeclaration(undefined, undefined, '__value');
    const arrow = (parameters: TypeScript.ParameterDeclaration[], body: TypeScript.ConciseBody) =>
      factory.createArrowFunction(undefined, undefined, parameters, undefined, undefined, body);
    const assignment = factory.createAssignment(factory.createIdentifier(name), factory.createIdentifier('__value'));
    const accessors = factory.createObjectLiteralExpression([
      factory.createPropertyAssignment('get', arrow([], factory.createIdentifier(name))),
      factory.createPropertyAssignment(
        'set',
        arrow([written], factory.createBlock([factory.createExpressionStatement(assignment)])),
      ),
    ]);
    const target = factory.createPropertyAccessExpression(factory.createIdentifier('Object'), 'defineProperty');
    const call = factory.createCallExpression(target, undefined, [
      factory.createIdentifier('exports'),
      factory.createStringLiteral(name),
      accessors,
    ]);
    // In a block, because the last statement of a cell, if it is an expression, is its value.
    return factory.createBlock([factory.createExpressionStatement(call)]);
  };

  return () => (file) => {
    const inner = innerVariables(ts, file);
    const bound = new Set(variablesIn(ts, file));
    if (bound.size === 0) return file;
    const statements = file.statements.flatMap((statement): TypeScript.Statement[] => {
      if (ts.isExportDeclaration(statement) && statement.exportClause && ts.isNamedExports(statement.exportClause)) {
        const { exportClause, modifiers, isTypeOnly } = statement;
        const left = exportClause.elements.filter(({ name }) => !bound.has(name.text));
        const clause = factory.updateNamedExports(exportClause, left);
        return [factory.updateExportDeclaration(statement, modifiers, isTypeOnly, clause, undefined, undefined)];
      }
      return [statement, ...new Set(variablesOf(ts, statement))].map((item) =>
        typeof item === 'string' ? bind(item) : item,
      );
    });
    return factory.updateSourceFile(file, [...inner.map(bind), ...statements]);
  };
}
