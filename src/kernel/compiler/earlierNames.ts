import type { TypeScript } from './engine';

/** The file in which a cell finds the declarations of the cells before it. */
const EARLIER = /\/__prev__\.d\.ts$/;

/**
 * Prepares a cell's tree for tslab, which turns every name of an earlier cell into `exports.name`. It looks at names one by
 * one, and so misses `{ name }`, which is a property and a variable at once, and spoils `const { name: other } = value`,
 * where `name` is a property that an earlier cell has described. Here the first is written out and the second is quoted.
 */
export function writeOutEarlierNames(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  const isEarlier = (symbol: TypeScript.Symbol | undefined): boolean =>
    symbol?.declarations?.some((declaration) => EARLIER.test(declaration.getSourceFile().fileName)) === true;
  const exported = (name: TypeScript.Identifier) =>
    factory.createPropertyAccessExpression(factory.createIdentifier('exports'), factory.createIdentifier(name.text));
  const quoted = (name: TypeScript.PropertyName): TypeScript.PropertyName =>
    ts.isIdentifier(name) && isEarlier(checker.getSymbolAtLocation(name))
      ? ts.setTextRange(factory.createStringLiteral(name.text), name)
      : name;

  return (context) => {
    const visit = (node: TypeScript.Node): TypeScript.Node => {
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
