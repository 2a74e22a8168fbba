// Reads the library's public surface the way an editor does: every export of src/index.ts, namespaces included, with its
// documentation comment.
import * as path from 'node:path';
import * as ts from 'typescript';

export const ROOT = path.resolve(__dirname, '..', '..');

/** One exported name. */
export interface PublicName {
  /** As a notebook writes it: `rl.data.load`, `rl.Table.row`. */
  name: string;
  kind: 'function' | 'class' | 'value' | 'type' | 'member';
  /** The file that declares it, relative to the project. */
  file: string;
  /** The comment's prose. */
  text: string;
  /** The code of each `@example`. */
  examples: string[];
  /** The other tags of the comment: `param`, `returns`, `throws`. */
  tags: { name: string; text: string }[];
  /** Its head as it stands in the sources: of functions and members without what they do, of types whole. */
  declaration: string;
  /** Of a class: whether its objects come from a public function, or only from classes that extend it. */
  made?: boolean;
}

export function publicNames(): PublicName[] {
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path.join(ROOT, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    ROOT,
  );
  const program = ts.createProgram(config.fileNames, { ...config.options, noEmit: true });
  const checker = program.getTypeChecker();
  const names: PublicName[] = [];
  const made = new Set<ts.Symbol | undefined>();
  const seen = new Set<ts.Symbol>();

  const classes = new Map<ts.Symbol, PublicName>();

  const walk = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const [declaration] = symbol.getDeclarations() ?? [];
      if (!declaration || seen.has(symbol)) continue;
      seen.add(symbol);
      const file = path.relative(ROOT, declaration.getSourceFile().fileName);
      const name = `${prefix}.${exported.name}`;
      if (!file.startsWith('src')) continue; // the types of TensorFlow.js are documented there
      if (symbol.flags & ts.SymbolFlags.ValueModule && ts.isSourceFile(declaration)) walk(symbol, name);
      else {
        const entry: PublicName = {
          name,
          kind: kindOf(symbol),
          file,
          ...documentation(symbol, checker),
          declaration: headOf(declaration),
        };
        names.push(entry);
        if (entry.kind === 'class') classes.set(symbol, entry);
        for (const type of returned(symbol, declaration, checker)) made.add(type.symbol);
        for (const base of bases(declaration, checker)) made.add(base);
        if (symbol.flags & ts.SymbolFlags.Class) names.push(...members(symbol, name, file, checker));
      }
    }
  };
  const index = program.getSourceFile(path.join(ROOT, 'src', 'index.ts'))!;
  walk(checker.getSymbolAtLocation(index)!, 'rl');
  for (const [symbol, entry] of classes) entry.made = made.has(symbol);
  return names;
}

/** What a function or the methods of a class return; of a promise, what it promises. */
function returned(symbol: ts.Symbol, declaration: ts.Declaration, checker: ts.TypeChecker): ts.Type[] {
  const type = checker.getTypeOfSymbolAtLocation(symbol, declaration);
  const results = type.getCallSignatures().map((signature) => signature.getReturnType());
  return results.flatMap((result) => [result, ...checker.getTypeArguments(result as ts.TypeReference)]);
}

function bases(declaration: ts.Declaration, checker: ts.TypeChecker): (ts.Symbol | undefined)[] {
  if (!ts.isClassDeclaration(declaration)) return [];
  const types = (declaration.heritageClauses ?? []).flatMap((clause) => [...clause.types]);
  return types.map((type) => checker.getTypeAtLocation(type).symbol);
}

function kindOf(symbol: ts.Symbol): PublicName['kind'] {
  if (symbol.flags & ts.SymbolFlags.Class) return 'class';
  if (symbol.flags & ts.SymbolFlags.Function) return 'function';
  return symbol.flags & ts.SymbolFlags.Value ? 'value' : 'type';
}

function documentation(symbol: ts.Symbol, checker: ts.TypeChecker): Pick<PublicName, 'text' | 'examples' | 'tags'> {
  const all = symbol.getJsDocTags(checker).map(({ name, text }) => ({ name, text: ts.displayPartsToString(text) }));
  return {
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    examples: all.filter(({ name }) => name === 'example').map(({ text }) => text),
    tags: all.filter(({ name }) => name !== 'example'),
  };
}

/** Lines that a declaration may have before its middle is left out. */
const LONGEST = 40;

/** A declaration without its comment and without what it does. */
function headOf(declaration: ts.Declaration): string {
  const source = declaration.getSourceFile();
  const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  const body = ts.isFunctionLike(declaration) ? (declaration as ts.FunctionLikeDeclaration).body : undefined;
  const members = ts.isClassDeclaration(declaration) ? declaration.members.pos : undefined;
  const initializer = ts.isVariableDeclaration(declaration) ? declaration.initializer : undefined;
  const arrow = initializer && ts.isArrowFunction(initializer) ? initializer.body.getStart() : undefined;
  const end = body?.getStart() ?? members ?? arrow ?? whole.getEnd();
  const text = source.text.slice(whole.getStart(), end).replace(/[\s{]+$|\s*=>\s*$/, '');
  const lines = text.split('\n');
  return lines.length <= LONGEST ? text : [...lines.slice(0, LONGEST - 1), '// ...'].join('\n');
}

/** The public methods and getters of a class; plain properties speak through their names and types. */
function members(symbol: ts.Symbol, prefix: string, file: string, checker: ts.TypeChecker): PublicName[] {
  const isPublic = (declaration: ts.Declaration): boolean =>
    (ts.isMethodDeclaration(declaration) || ts.isGetAccessor(declaration)) &&
    ts.isIdentifier(declaration.name) &&
    !['toString', 'toJSON'].includes(declaration.name.text) && // mean what they mean everywhere
    !(ts.getCombinedModifierFlags(declaration) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected));
  const found: ts.Symbol[] = [];
  for (const table of [symbol.members, symbol.exports])
    table?.forEach((member) => {
      if (member.getDeclarations()?.some(isPublic)) found.push(member);
    });
  return found.map((member) => ({
    name: `${prefix}.${member.name}`,
    kind: 'member',
    file,
    ...documentation(member, checker),
    declaration: headOf(member.getDeclarations()![0]!),
  }));
}
