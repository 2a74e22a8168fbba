import type { TypeScript } from './engine';

/** What tslab forgets when a further cell has run: namespaces, `declare global`, `declare module`, and `import name = ...`. */
const MAY_HOLD = /\b(?:namespace|module|global)\b|\bimport\s+(?:type\s+)?[\w$]+\s*=/;
const isForgotten = (ts: typeof TypeScript, node: TypeScript.Statement): node is Forgotten =>
  ts.isModuleDeclaration(node) || ts.isImportEqualsDeclaration(node);
type Forgotten = TypeScript.ModuleDeclaration | TypeScript.ImportEqualsDeclaration;

/** Whether it adds to what others have declared: to the globals, or to a module. */
const isAddition = (ts: typeof TypeScript, node: TypeScript.Statement): node is TypeScript.ModuleDeclaration =>
  ts.isModuleDeclaration(node) &&
  (ts.isStringLiteral(node.name) || (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0);

const parse = (ts: typeof TypeScript, text: string): TypeScript.SourceFile =>
  ts.createSourceFile('cells.d.ts', text, ts.ScriptTarget.Latest);

/**
 * The declarations of earlier cells that tslab leaves out of those that the next cell sees.
 * @param known the declarations before a cell
 * @param next those after it, as tslab gives them
 * @param isDeclared whether the cell itself declares a name
 */
export function forgotten(
  ts: typeof TypeScript,
  known: string,
  next: string,
  isDeclared: (name: string) => boolean,
): string {
  if (!MAY_HOLD.test(known)) return '';
  const file = parse(ts, known);
  return file.statements
    .filter((node) => isForgotten(ts, node) && (isAddition(ts, node) || !isDeclared(node.name.text)))
    .map((node) => node.getText(file))
    .filter((text) => !next.includes(text))
    .map((text) => `${text}\n`)
    .join('');
}

/**
 * Declarations of earlier cells without what a cell says anew of the globals or of a module: `var`, `interface` and others under
 * the same name, members of interfaces one by one.
 */
export function withoutRepeated(ts: typeof TypeScript, known: string, code: string): string {
  if (!/\bdeclare\s+(?:global|module)\b/.test(code) || !MAY_HOLD.test(known)) return known;
  const said = new Set(parse(ts, code).statements.flatMap((node) => (isAddition(ts, node) ? keysOf(ts, node) : [])));
  if (said.size === 0) return known;
  const file = parse(ts, known);
  const printer = ts.createPrinter({ newLine: ts.NewLineKind.LineFeed });
  const left = file.statements.map((node) => {
    const { body } = node as { body?: TypeScript.Node };
    if (!isAddition(ts, node) || !body || !ts.isModuleBlock(body)) return node;
    const statements = body.statements.filter((inner) => !keysIn(ts, node, inner).some((key) => said.has(key)));
    const block = ts.factory.updateModuleBlock(body, statements);
    return ts.factory.updateModuleDeclaration(node, node.modifiers, node.name, block);
  });
  return printer.printFile(ts.factory.updateSourceFile(file, left));
}

const keysOf = (ts: typeof TypeScript, node: TypeScript.ModuleDeclaration): string[] =>
  node.body && ts.isModuleBlock(node.body) ? node.body.statements.flatMap((inner) => keysIn(ts, node, inner)) : [];

/** What a statement inside a `declare global` or `declare module` is known by. */
function keysIn(
  ts: typeof TypeScript,
  { name: target }: TypeScript.ModuleDeclaration,
  node: TypeScript.Node,
): string[] {
  const keyOf = (...names: (TypeScript.Node | undefined)[]) =>
    [target, ...names].map((name) => (name as { text?: string } | undefined)?.text ?? '').join('.');
  if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => keyOf(name));
  if (ts.isInterfaceDeclaration(node)) return node.members.map((member) => keyOf(node.name, member.name));
  return [keyOf((node as { name?: TypeScript.Node }).name)];
}
