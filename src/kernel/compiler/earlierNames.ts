import type { TypeScript } from './engine';

/** What tells that a cell has declared something as global. */
const GLOBALS = /\bdeclare global\b/;

/**
 * Prepares a cell's tree for tslab, which turns every name of an earlier cell into `exports.name`. It looks at names one by
 * one, and so misses `{ name }`, which is a property and a variable at once, and spoils `const { name: other } = value`,
 * where `name` is a property that an earlier cell has described. Here the first is written out and the second is quoted. What an
 * earlier cell has declared as global is no variable of a cell: such names are hidden from tslab.
 *
 * @param earlier the declarations of the cells before it
 */
export function writeOutEarlierNames(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  earlier: TypeScript.SourceFile | undefined,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const hasGlobals = GLOBALS.test(earlier?.text ?? '');
  const isDeclared = (symbol: TypeScript.Symbol | undefined, asGlobal: boolean): boolean =>
    symbol?.declarations?.some(
      (declaration) => declaration.getSourceFile() === earlier && isOfGlobals(ts, declaration) === asGlobal,
    ) === true;
  const isEarlier = (symbol: TypeScript.Symbol | undefined): boolean => isDeclared(symbol, false);
  const exported = (name: TypeScript.Identifier) =>
    factory.createPropertyAccessExpression(factory.createIdentifier('exports'), factory.createIdentifier(name.text));
  const quoted = (name: TypeScript.PropertyName): TypeScript.PropertyName =>
    ts.isIdentifier(name) && isEarlier(checker.getSymbolAtLocation(name))
      ? ts.setTextRange(factory.createStringLiteral(name.text), name)
      : name;

  const written = (name: TypeScript.EntityName): TypeScript.Expression =>
    ts.isIdentifier(name)
      ? exported(name)
      : factory.createPropertyAccessExpression(written(name.left), name.right.text);
  /** `import name = space.member` of a namespace that an earlier cell has declared. */
  const alias = (node: TypeScript.ImportEqualsDeclaration): TypeScript.Statement | undefined => {
    const { moduleReference: meant, name, isTypeOnly } = node;
    if (isTypeOnly || ts.isExternalModuleReference(meant)) return undefined;
    const target = checker.getSymbolAtLocation(meant);
    if (!isEarlier(target) || ((target?.flags ?? 0) & ts.SymbolFlags.Value) === 0) return undefined;
    const declared = factory.createVariableDeclaration(name.text, undefined, undefined, written(meant));
    return factory.createVariableStatement(
      undefined,
      factory.createVariableDeclarationList([declared], ts.NodeFlags.Const),
    );
  };

  return (context) => {
    const visit = (node: TypeScript.Node): TypeScript.Node => {
      if (ts.isImportEqualsDeclaration(node)) return alias(node) ?? node;
      if (ts.isIdentifier(node))
        return hasGlobals && isDeclared(checker.getSymbolAtLocation(node), true)
          ? ts.setTextRange(factory.createIdentifier(node.text), node)
          : node;
      const inner = ts.visitEachChild(node, visit, context);
      if (ts.isShorthandPropertyAssignment(node)) {
        if (!isEarlier(checker.getShorthandAssignmentValueSymbol(node))) return inner;
        const { name, objectAssignmentInitializer } = inner as TypeScript.ShorthandPropertyAssignment;
        const target = exported(name);
        const value = objectAssignmentInitializer
          ? factory.createAssignment(target, objectAssignmentInitializer)
          : target;
        const property = factory.createPropertyAssignment(factory.createIdentifier(name.text), value);
        return ts.setSourceMapRange(ts.setTextRange(property, node), node);
      }
      if (ts.isBindingElement(node) && node.propertyName) {
        const element = inner as TypeScript.BindingElement;
        const { dotDotDotToken, name, initializer } = element;
        return factory.updateBindingElement(element, dotDotDotToken, quoted(node.propertyName), name, initializer);
      }
      if (ts.isPropertyAssignment(node)) {
        const property = inner as TypeScript.PropertyAssignment;
        return factory.updatePropertyAssignment(property, quoted(node.name), property.initializer);
      }
      return inner;
    };
    return (file) => ts.visitNode(file, visit) as TypeScript.SourceFile;
  };
}

/** Whether a declaration stands in `declare global`. */
function isOfGlobals(ts: typeof TypeScript, declaration: TypeScript.Node): boolean {
  for (let node = declaration; node; node = node.parent)
    if ((node.flags & ts.NodeFlags.GlobalAugmentation) !== 0) return true;
  return false;
}
