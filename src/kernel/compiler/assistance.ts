import type { TypeScript } from './engine';
import { type Candidate, specifiersFor } from './specifiers';

/** What may stand at a place, and the part of the text that it would replace. */
export interface Completion {
  start: number;
  end: number;
  candidates: readonly Candidate[];
}

/** What is known of a place in the code. */
export interface Explanation {
  /** Declarations as TypeScript: one, or one for each overload. */
  declarations: readonly string[];
  /** Documentation in Markdown. */
  documentation: string;
}

/** A cell that has been parsed, in its program. */
export interface Place {
  program: TypeScript.Program;
  source: TypeScript.SourceFile;
  position: number;
  /** Names that earlier cells have declared. */
  earlier: ReadonlySet<string>;
  /** The folder that imports of the cell are looked for in, and the one whose packages are there for everybody. */
  folders: readonly string[];
  /** Reads the documentation of a file, which is left out where nobody asks for it. */
  document(file: TypeScript.SourceFile): void;
}

/** Internal functions of the compiler that its declaration file leaves out. */
interface Internals {
  getTouchingPropertyName(source: TypeScript.SourceFile, position: number): TypeScript.Node;
  findPrecedingToken(position: number, source: TypeScript.SourceFile): TypeScript.Node | undefined;
  isInString(source: TypeScript.SourceFile, position: number): boolean;
  Completions: { getCompletionsAtPosition(...args: unknown[]): TypeScript.CompletionInfo | undefined };
  SignatureHelp: { getSignatureHelpItems(...args: unknown[]): TypeScript.SignatureHelpItems | undefined };
  SymbolDisplay: {
    getSymbolDisplayPartsDocumentationAndSymbolKind(
      checker: TypeScript.TypeChecker,
      symbol: TypeScript.Symbol,
      source: TypeScript.SourceFile,
      enclosing: TypeScript.Node,
      location: TypeScript.Node,
    ): Described;
  };
}

interface Described {
  displayParts: TypeScript.SymbolDisplayPart[];
  documentation: TypeScript.SymbolDisplayPart[];
  tags?: TypeScript.JSDocTagInfo[];
}

const NO_CANCELLATION = { isCancellationRequested: () => false, throwIfCancellationRequested: () => {} };
/** Candidates beyond these help nobody, and cost time on the way. */
const MOST = 2000;

/** What may stand where the cursor is. */
export function complete(ts: typeof TypeScript, place: Place): Completion {
  const { program, source, position, earlier, folders } = place;
  const internal = ts as unknown as Internals;
  const literal = literalAt(ts, source, position);
  if (literal && isSpecifier(ts, literal)) {
    const start = literal.getStart(source) + 1;
    const typed = source.text.slice(start, position);
    const end = Math.max(position, literal.getEnd() - (isClosed(literal, source) ? 1 : 0));
    return { start, end, candidates: specifiersFor(typed, folders) };
  }
  const host = { getCompilationSettings: () => program.getCompilerOptions(), getCurrentDirectory: () => folders[0] };
  const info = internal.Completions.getCompletionsAtPosition(
    ...[host, program, () => {}, source, position, {}, undefined, 1, NO_CANCELLATION, undefined],
  );
  const span = literal ? spanInside(literal, source, position) : spanOfWord(source.text, position);
  const typed = source.text.slice(span.start, position);
  const ranked = (info?.entries ?? [])
    .map((entry) => ({ entry, match: matchOf(entry.name, typed) }))
    .filter(({ match }) => match !== undefined)
    .map(({ entry, match }) => ({ entry, key: `${match}${earlier.has(entry.name) ? '10' : entry.sortText}` }));
  ranked.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.entry.name < b.entry.name ? -1 : 1));
  const candidates = ranked.slice(0, MOST).map(({ entry }) => ({ text: entry.name, kind: entry.kind as string }));
  return { ...span, candidates };
}

/** How well a name matches what is typed, the best first; nothing when it does not. */
function matchOf(name: string, typed: string): number | undefined {
  if (name.startsWith(typed)) return 0;
  const [lower, wanted] = [name.toLowerCase(), typed.toLowerCase()];
  if (lower.startsWith(wanted)) return 1;
  return lower.includes(wanted) ? 2 : undefined;
}

function literalAt(
  ts: typeof TypeScript,
  source: TypeScript.SourceFile,
  position: number,
): TypeScript.StringLiteralLike | undefined {
  const internal = ts as unknown as Internals;
  const token = internal.findPrecedingToken(position, source);
  if (!token || !ts.isStringLiteralLike(token) || position <= token.getStart(source)) return undefined;
  return position < token.getEnd() || !isClosed(token, source) ? token : undefined;
}

function isClosed(literal: TypeScript.StringLiteralLike, source: TypeScript.SourceFile): boolean {
  const text = literal.getText(source);
  return text.length > 1 && text.at(-1) === text[0];
}

/** Whether a text names a module. */
function isSpecifier(ts: typeof TypeScript, literal: TypeScript.StringLiteralLike): boolean {
  const { parent } = literal;
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isExternalModuleReference(parent))
    return true;
  if (!ts.isCallExpression(parent) || parent.arguments[0] !== literal) return false;
  const { expression } = parent;
  return (
    expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require')
  );
}

function spanInside(literal: TypeScript.StringLiteralLike, source: TypeScript.SourceFile, position: number) {
  const start = literal.getStart(source) + 1;
  // What stands behind a text that is not closed belongs to the rest of the line.
  return { start, end: isClosed(literal, source) ? literal.getEnd() - 1 : position };
}

function spanOfWord(text: string, position: number) {
  const before = /[\p{ID_Continue}$#]*$/u.exec(text.slice(0, position))![0].length;
  const behind = /^[\p{ID_Continue}$]*/u.exec(text.slice(position))![0].length;
  return { start: position - before, end: position + (before > 0 ? behind : 0) };
}

/** What is known of the name at the cursor, or else of the call that it stands in. */
export function explain(ts: typeof TypeScript, place: Place): Explanation | undefined {
  return explainName(ts, place) ?? explainCall(ts, place);
}

function explainName(ts: typeof TypeScript, place: Place): Explanation | undefined {
  const { program, source, position, document } = place;
  const internal = ts as unknown as Internals;
  const node = internal.getTouchingPropertyName(source, position);
  if (node === source || !(ts.isIdentifier(node) || ts.isPrivateIdentifier(node) || ts.isStringLiteralLike(node))) {
    return undefined;
  }
  const checker = program.getTypeChecker();
  const symbol = checker.getSymbolAtLocation(node);
  if (!symbol || checker.isUnknownSymbol(symbol)) return undefined;
  documentSymbol(ts, checker, symbol, document);
  const { displayParts, documentation, tags } = internal.SymbolDisplay.getSymbolDisplayPartsDocumentationAndSymbolKind(
    checker,
    symbol,
    source,
    node.parent,
    node,
  );
  if (displayParts.length === 0) return undefined;
  return {
    declarations: [ts.displayPartsToString(displayParts)],
    documentation: markdownOf(ts, documentation, tags),
  };
}

/** The signatures of the call around the cursor, the one that fits first, with the argument in question pointed out. */
function explainCall(ts: typeof TypeScript, { program, source, position, document }: Place): Explanation | undefined {
  const internal = ts as unknown as Internals;
  const find = () =>
    internal.SignatureHelp.getSignatureHelpItems(program, source, position, undefined, NO_CANCELLATION);
  const first = find();
  if (!first) return undefined;
  const checker = program.getTypeChecker();
  let call: TypeScript.Node | undefined = internal.findPrecedingToken(position, source);
  while (call && !ts.isCallLikeExpression(call)) call = call.parent;
  if (call && (ts.isCallExpression(call) || ts.isNewExpression(call))) {
    const name = ts.isPropertyAccessExpression(call.expression) ? call.expression.name : call.expression;
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol) documentSymbol(ts, checker, symbol, document);
  }
  const { items, selectedItemIndex, argumentIndex } = find() ?? first;
  const chosen = items[selectedItemIndex] ?? items[0];
  if (!chosen) return undefined;
  const others = items.filter((item) => item !== chosen);
  const text = (parts: TypeScript.SymbolDisplayPart[]) => ts.displayPartsToString(parts);
  const declarations = [chosen, ...others].map(
    ({ prefixDisplayParts, parameters, separatorDisplayParts, suffixDisplayParts }) =>
      `${text(prefixDisplayParts)}${parameters.map(({ displayParts }) => text(displayParts)).join(text(separatorDisplayParts))}${text(suffixDisplayParts)}`,
  );
  const parameter = chosen.parameters[Math.min(argumentIndex, chosen.parameters.length - 1)];
  const about = parameter ? `**${parameter.name}** ${text(parameter.documentation)}`.trim() : '';
  const documentation = [about, markdownOf(ts, chosen.documentation, chosen.tags)].filter(Boolean).join('\n\n');
  return { declarations, documentation };
}

function documentSymbol(
  ts: typeof TypeScript,
  checker: TypeScript.TypeChecker,
  symbol: TypeScript.Symbol,
  document: (file: TypeScript.SourceFile) => void,
): void {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  for (const declaration of target.declarations ?? []) document(declaration.getSourceFile());
}

function markdownOf(
  ts: typeof TypeScript,
  documentation: TypeScript.SymbolDisplayPart[],
  tags: readonly TypeScript.JSDocTagInfo[] = [],
): string {
  const paragraphs = tags.map(({ name, text }) => {
    const said = ts.displayPartsToString(text ? [...text] : []);
    if (name === 'example') return `*Example*\n\n\`\`\`typescript\n${said.trim()}\n\`\`\``;
    if (name === 'param') return `- ${said.replace(/^(\S+)\s*/, '`$1` ')}`;
    return `*@${name}* ${said}`.trim();
  });
  return [ts.displayPartsToString(documentation), ...paragraphs].filter(Boolean).join('\n\n');
}
