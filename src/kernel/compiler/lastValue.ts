import type { TypeScript } from './engine';

/** The name under which a cell leaves its value where tslab finds no last expression. */
export const LAST_VALUE = '__lastValue';

/**
 * Prepares the last expression of a cell, which is its value. Below a `using` the compiler puts all statements into a block, where tslab does
 * not look: there the value is kept under {@link LAST_VALUE}. A function or class without a name must not get that of the variable in which
 * tslab keeps it.
 */
export function keepLastValue(ts: typeof TypeScript): TypeScript.TransformerFactory<TypeScript.SourceFile> {
  const { factory } = ts;
  return () => (file) => {
    const statements = [...file.statements];
    let place = statements.length - 1;
    while (place >= 0 && ts.isExportDeclaration(statements[place]!)) place--;
    const last = statements[place];
    if (!last || !ts.isExpressionStatement(last)) return file;
    const expression = disposesOf(ts, file)
      ? factory.createAssignment(
          factory.createPropertyAccessExpression(factory.createIdentifier('exports'), LAST_VALUE),
          last.expression,
        )
      : isNameless(ts, last.expression)
        ? factory.createComma(factory.createNumericLiteral(0), last.expression)
        : undefined;
    if (!expression) return file;
    statements[place] = factory.updateExpressionStatement(last, expression);
    return factory.updateSourceFile(file, statements);
  };
}

/** Whether a cell declares something at its top that is disposed of when the cell ends. */
const disposesOf = (ts: typeof TypeScript, file: TypeScript.SourceFile): boolean =>
  file.statements.some(
    (statement) => ts.isVariableStatement(statement) && (statement.declarationList.flags & ts.NodeFlags.Using) !== 0,
  );

function isNameless(ts: typeof TypeScript, expression: TypeScript.Expression): boolean {
  if (ts.isParenthesizedExpression(expression)) return isNameless(ts, expression.expression);
  if (ts.isArrowFunction(expression)) return true;
  return (ts.isFunctionExpression(expression) || ts.isClassExpression(expression)) && !expression.name;
}
