import * as path from 'node:path';
import type * as Tslab from 'tslab/dist/converter';
import { DeclarationPack, writePack } from './declarationPack';
import { loadEngine, type TypeScript } from './engine';
import { withoutExports } from './exports';
import { LocalFiles } from './localFiles';
import { strictnessOf } from './options';
import { ProgramWatch, type WatchHost } from './programs';
import { Resolution } from './resolution';
import { type Position, type SourceTrail, transpile } from './transpile';

/** JavaScript of one source, and the way back from its lines to the TypeScript they came from. */
export interface Compiled {
  code: string;
  trail: SourceTrail;
}

/** A cell that may be run. */
export interface CompiledCell extends Partial<Compiled> {
  /** Whether the code awaits at its top level and must run as an async function. */
  isAsync: boolean;
  /** The exported name that holds the value of the last expression, if the cell ends in one. */
  resultName: string | undefined;
  /** Modules of the user that must be run anew when they are next required, by file. */
  modules: ReadonlyMap<string, Compiled>;
  /** The declarations that later cells see once this one has run. */
  declarations: string;
  /** The names that the cell declares and that nobody can set anew: constants, functions, classes and imports. */
  fixedNames: ReadonlySet<string>;
}

/** A complaint of the compiler, in lines and columns counted from 1. */
export interface Complaint extends Position {
  /** The file, for complaints about something else than the cell. */
  file: string | undefined;
  /** Number of the compiler's message; nothing for what the kernel itself refuses. */
  code: number | undefined;
  message: string;
}

/** The name of a complaint: `TS2322`, or nothing. */
export const numberOf = ({ code }: Pick<Complaint, 'code'>): string => (code === undefined ? '' : `TS${code}: `);

/** Thrown instead of running a cell that does not compile. */
export class CompileError extends Error {
  override readonly name = 'TypeScriptError';

  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map((complaint) => `${numberOf(complaint)}${complaint.message}`).join('\n'));
  }
}

/** Internal functions of the compiler that its declaration file leaves out. */
interface Internals {
  getTouchingPropertyName(source: TypeScript.SourceFile, position: number): TypeScript.Node;
  getQuickInfoAtPosition(
    source: TypeScript.SourceFile,
    checker: TypeScript.TypeChecker,
    token: unknown,
    position: number,
  ): TypeScript.QuickInfo | undefined;
}

/** Lines that tslab puts before the text of a cell. */
const PREFIX_LINES = 1;

/**
 * The TypeScript side of a notebook: compiles cells one after the other, each seeing the declarations of those before it.
 */
export class CellCompiler {
  private readonly ts: typeof TypeScript;
  private readonly converter: Tslab.Converter;
  private readonly engine: typeof Tslab;
  private readonly files = new LocalFiles();
  private readonly trails = new Map<string, SourceTrail>();
  private resolution!: Resolution;
  private watch!: ProgramWatch;
  private known = '';
  private readonly cellFolder: string;

  /**
   * @param notebook the folder of the notebook
   * @param installation the folder whose packages every notebook may import
   * @param options.packed whether to use the pack of declarations that the build has made
   */
  constructor(
    notebook: string,
    private readonly installation: string,
    { packed = true }: { packed?: boolean } = {},
  ) {
    const slashed = (folder: string) => folder.replaceAll('\\', '/');
    this.cellFolder = slashed(path.parse(notebook).root);
    let typescript!: typeof TypeScript;
    this.engine = loadEngine((ts) => {
      typescript = ts;
      const system: TypeScript.System = Object.assign(Object.create(ts.sys), {
        // Cells are compiled as if they lay in the root folder: the compiler emits only what lies below them, and cells
        // may import from anywhere. Their imports are resolved from the notebook's folder all the same.
        getCurrentDirectory: () => this.cellFolder,
        watchFile: (file: string, callback: (file: string, kind: number) => void) => this.files.watch(file, callback),
        watchDirectory: () => ({ close: () => {} }),
      });
      return {
        sys: system,
        createWatchCompilerHost: (
          rootFiles: readonly string[],
          options: TypeScript.CompilerOptions,
          wrapped: TypeScript.System,
        ): WatchHost => {
          Object.assign(options, strictnessOf(ts, notebook), {
            types: ['node'],
            typeRoots: [slashed(path.join(installation, 'node_modules', '@types'))],
            inlineSourceMap: true,
            skipDefaultLibCheck: true,
          });
          const places = { notebook: slashed(notebook), cells: this.cellFolder, installation: slashed(installation) };
          const pack = packed ? DeclarationPack.read(ts, installation) : undefined;
          this.resolution = new Resolution(ts, places, options, wrapped, pack);
          return { rootFiles, options, system: wrapped, resolution: this.resolution, pack };
        },
        createWatchProgram: (host: WatchHost) => {
          this.watch = new ProgramWatch(ts, host);
          return this.watch;
        },
        getPreEmitDiagnosticsOfFiles: (program: TypeScript.Program, sources: readonly TypeScript.SourceFile[]) =>
          diagnosticsOf(ts, program, sources),
        getQuickInfoAtPosition: (
          source: TypeScript.SourceFile,
          checker: TypeScript.TypeChecker,
          token: unknown,
          position: number,
        ) => {
          this.document(source, checker, position);
          return (ts as unknown as Internals).getQuickInfoAtPosition(source, checker, token, position);
        },
        transpileModule: (javascript: string, options: TypeScript.TranspileOptions) => {
          const { code, trail } = transpile(ts, javascript, options);
          this.trails.set(code, trail);
          return { outputText: code };
        },
      };
    });
    this.ts = typescript;
    this.converter = this.engine.createConverter({ isJS: false, isBrowser: false });
  }

  /** The compiler underneath. */
  get typescript(): typeof TypeScript {
    return this.ts;
  }

  /** The declarations that the next cell will see, as TypeScript. */
  get declarations(): string {
    return this.known;
  }

  /** Takes over what a cell has declared; call it when the cell has run. */
  adopt(declarations: string): void {
    this.known = declarations;
  }

  /** Defines a module in memory (`/** @module name *\/` at the head of a cell). */
  addModule(name: string, code: string): void {
    const complaints = this.converter.addModule(name, code);
    if (complaints.length > 0) throw new CompileError(complaints.map(complaintOf));
  }

  /** @throws CompileError */
  compile(code: string): CompiledCell {
    this.refresh();
    this.trails.clear();
    const { code: plain, refused } = withoutExports(this.ts, code);
    if (refused.length > 0) {
      throw new CompileError(refused.map((complaint) => ({ ...complaint, file: undefined, code: undefined })));
    }
    const converted = this.converter.convert(this.known, plain);
    // The converter writes to the tree of the declarations while it prints those that remain.
    this.watch.forget(`${this.cellFolder}__prev__.d.ts`);
    if (converted.diagnostics.length > 0) throw new CompileError(converted.diagnostics.map(complaintOf));
    const modules = new Map<string, Compiled>();
    for (const { path: file, data } of converted.sideOutputs ?? []) {
      modules.set(file, { code: data, trail: this.trails.get(data)! });
    }
    const compiled: CompiledCell = {
      isAsync: converted.hasToplevelAwait === true || hasForAwait(this.ts, code),
      resultName: converted.lastExpressionVar,
      modules,
      declarations: converted.declOutput ?? '',
      fixedNames: this.watch.fixedNames(`${this.cellFolder}__tslab__.ts`),
    };
    if (converted.output) {
      // A cell is no module that somebody imports; what it has put into Object.prototype must not matter to this line either.
      compiled.code = converted.output.replace('Object.defineProperty(exports, "__esModule", { value: true });', '');
      compiled.trail = this.trails.get(converted.output)!.after(PREFIX_LINES);
    }
    return compiled;
  }

  /** The file that `name` stands for in a cell or in a module of the user. */
  fileOf(name: string, importer?: string): string | undefined {
    return this.resolution.resolve(name, importer ?? `${this.cellFolder}__tslab__.ts`).resolvedModule?.resolvedFileName;
  }

  complete(code: string, position: number): { start: number; end: number; names: string[] } {
    const { start, end, candidates } = this.converter.complete(this.known, code, position);
    return { start, end, names: candidates };
  }

  inspect(code: string, position: number): TypeScript.QuickInfo | undefined {
    return this.converter.inspect(this.known, code, position) ?? undefined;
  }

  /** Whether `code` can be run as it stands. */
  isComplete(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
    const found = this.engine.isCompleteCode(code);
    if (!found.completed) return { status: 'incomplete', indent: found.indent ?? '' };
    const parsed = this.ts.createSourceFile('cell.ts', code, this.ts.ScriptTarget.Latest);
    const errors = (parsed as unknown as { parseDiagnostics: unknown[] }).parseDiagnostics;
    return { status: errors.length > 0 ? 'invalid' : 'complete' };
  }

  /**
   * Does what the first cell and the first import of the library would wait for, in small steps; call it when there is
   * nothing else to do.
   */
  *warmUp(): Generator<void> {
    yield* this.watch.readAhead();
    this.compile('');
  }

  /**
   * Packs all declarations read so far for kernels to come.
   * @returns how many
   */
  pack(): number {
    const { sources } = this.watch;
    writePack(this.ts, this.installation, sources, this.resolution.made);
    return sources.length;
  }

  /** Reads the documentation of what is named at a position, if it was left out so far. */
  private document(source: TypeScript.SourceFile, checker: TypeScript.TypeChecker, position: number): void {
    const node = (this.ts as unknown as Internals).getTouchingPropertyName(source, position);
    let symbol = checker.getSymbolAtLocation(node);
    if (symbol && symbol.flags & this.ts.SymbolFlags.Alias) symbol = checker.getAliasedSymbol(symbol);
    for (const declaration of symbol?.declarations ?? []) this.watch.document(declaration.getSourceFile());
  }

  private refresh(): void {
    this.files.refresh();
    this.resolution.forgetMissing();
  }
}

function complaintOf(diagnostic: Tslab.Diagnostic): Complaint {
  const { start, fileName, code, messageText } = diagnostic;
  return {
    file: fileName === undefined ? undefined : `/${fileName}`,
    line: start.line + 1,
    column: start.character + 1,
    code,
    message: messageText,
  };
}

/** What is wrong with `sources`, without the compiler's word on its options. */
function diagnosticsOf(
  ts: typeof TypeScript,
  program: TypeScript.Program,
  sources: readonly TypeScript.SourceFile[],
): TypeScript.Diagnostic[] {
  const found = sources.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
    ...program.getDeclarationDiagnostics(source),
  ]);
  return [...ts.sortAndDeduplicateDiagnostics(found)];
}

/** Whether code has a `for await` loop outside all functions; tslab looks for `await` expressions only. */
function hasForAwait(ts: typeof TypeScript, code: string): boolean {
  if (!/\bfor\s+await\b/.test(code)) return false;
  const search = (node: TypeScript.Node): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return false;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    return ts.forEachChild(node, search) ?? false;
  };
  return search(ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest));
}
