import * as path from 'node:path';
import type * as Tslab from 'tslab/dist/converter';
import { type Completion, complete, type Explanation, explain, type Place } from './assistance';
import { DeclarationPack, writePack } from './declarationPack';
import { isTooDeep, TOO_DEEP } from './depth';
import { loadEngine, type TypeScript } from './engine';
import { withoutExports } from './exports';
import { LocalFiles } from './localFiles';
import { isOfDeclarations, withOpenTypes } from './openTypes';
import { cellOptions } from './options';
import { isCell, ProgramWatch, type WatchHost } from './programs';
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

/** What tslab puts before the text of a cell. */
const PREFIX = 'export {};\n';
const PREFIX_LINES = 1;

/** What most notebooks begin with. */
const LIBRARY = "import * as rl from 'reluctant'";

/** Texts that end where something else has to follow: a template, a comment. */
const OPEN = new Set([1160, 1010]);

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
  private asked: ((source: TypeScript.SourceFile, position: number) => void) | undefined;
  private readonly cellFolder: string;

  /**
   * @param notebook the folder of the notebook
   * @param installation the folder whose packages every notebook may import
   * @param options.packed whether to use the pack of declarations that the build has made
   */
  constructor(
    private readonly notebook: string,
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
          Object.assign(options, cellOptions(ts, notebook, installation));
          const places = { notebook: slashed(notebook), cells: this.cellFolder, installation: slashed(installation) };
          const pack = packed ? DeclarationPack.read(ts, installation) : undefined;
          this.resolution = new Resolution(ts, places, options, wrapped, pack);
          return { rootFiles, options, system: wrapped, resolution: this.resolution, pack, installation };
        },
        createWatchProgram: (host: WatchHost) => {
          this.watch = new ProgramWatch(ts, host);
          return this.watch;
        },
        getPreEmitDiagnosticsOfFiles: (_: TypeScript.Program, sources: readonly TypeScript.SourceFile[]) =>
          diagnosticsOf(ts, this.watch, sources),
        // tslab asks this of the compiler when it has parsed a cell for somebody who types; what is wanted is in `asked`.
        getQuickInfoAtPosition: (source: TypeScript.SourceFile, _: unknown, __: unknown, position: number) =>
          this.asked?.(source, position),
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
    if (isTooDeep(this.ts, code))
      throw new CompileError([{ file: undefined, line: 1, column: 1, code: undefined, message: TOO_DEEP }]);
    const { code: plain, refused } = withoutExports(this.ts, code);
    if (refused.length > 0) {
      throw new CompileError(refused.map((complaint) => ({ ...complaint, file: undefined, code: undefined })));
    }
    const converted = this.convert(plain);
    // The converter writes to the tree of the declarations while it prints those that remain.
    this.watch.forget(`${this.cellFolder}__prev__.d.ts`);
    if (converted.diagnostics.length > 0) {
      const own = converted.diagnostics.filter((one) => !isOfDeclarations(one));
      throw new CompileError((own.length > 0 ? own : converted.diagnostics).map(complaintOf));
    }
    const modules = new Map<string, Compiled>();
    for (const { path: file, data } of converted.sideOutputs ?? []) {
      modules.set(file, { code: data, trail: this.trails.get(data)! });
    }
    const compiled: CompiledCell = {
      isAsync: awaits(this.ts, code),
      resultName: converted.lastExpressionVar,
      modules,
      declarations: converted.declOutput ?? '',
      fixedNames: this.watch.fixedNames(`${this.cellFolder}__tslab__.ts`),
    };
    if (converted.output) {
      // A cell is no module that somebody imports; what it has put into Object.prototype must not matter to this line either.
      compiled.code = converted.output
        .replace('"use strict";', '')
        .replace('Object.defineProperty(exports, "__esModule", { value: true });', '');
      compiled.trail = this.trails.get(converted.output)!.after(PREFIX_LINES);
    }
    return compiled;
  }

  /** A cell as the converter gives it, with types that can be declared for names whose own cannot. */
  private convert(code: string): Tslab.ConvertResult {
    const converted = this.converter.convert(this.known, code);
    const { diagnostics } = converted;
    if (diagnostics.length === 0 || !diagnostics.every(isOfDeclarations)) return converted;
    const open = withOpenTypes(this.ts, code, diagnostics);
    return open === undefined ? converted : this.convert(open);
  }

  /** The file that `name` stands for in a cell or in a module of the user. */
  fileOf(name: string, importer?: string): string | undefined {
    return this.resolution.resolve(name, importer ?? `${this.cellFolder}__tslab__.ts`).resolvedModule?.resolvedFileName;
  }

  /** What may stand at a position of a cell, the best first. */
  complete(code: string, position: number): Completion {
    if (isTooDeep(this.ts, code)) return { start: position, end: position, candidates: [] };
    const { start, end, candidates } = this.ask(code, position, (place) => complete(this.ts, place))!;
    return { start: start - PREFIX.length, end: end - PREFIX.length, candidates };
  }

  /** What is known of the name at a position of a cell, or of the call around it. */
  inspect(code: string, position: number): Explanation | undefined {
    if (isTooDeep(this.ts, code)) return undefined;
    return this.ask(code, position, (place) => explain(this.ts, place));
  }

  /** Whether `code` can be run as it stands. */
  isComplete(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
    // Whoever runs it is told what is wrong.
    if (isTooDeep(this.ts, code)) return { status: 'complete' };
    const parsed = this.ts.createSourceFile('cell.ts', code, this.ts.ScriptTarget.Latest);
    const [first] = (parsed as unknown as { parseDiagnostics: TypeScript.DiagnosticWithLocation[] }).parseDiagnostics;
    if (!first) return { status: 'complete' };
    const says = typeof first.messageText === 'string' && / expected\.$/.test(first.messageText);
    const isOpen = OPEN.has(first.code) || (says && first.start >= code.trimEnd().length);
    // An empty line behind it says that the reader thinks otherwise.
    if (!isOpen || /\n\s*\n\s*$/.test(code)) return { status: 'invalid' };
    return { status: 'incomplete', indent: this.engine.isCompleteCode(code).indent ?? '' };
  }

  /**
   * Does what the first cell and the first import of the library would wait for, in small steps; call it when there is
   * nothing else to do.
   */
  *warmUp(): Generator<void> {
    yield* this.watch.readAhead();
    // A program that has the library's declarations serves cells that import it, and cells that do not.
    this.compile(LIBRARY);
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

  /** Lets `look` see a cell in its program. */
  private ask<T>(code: string, position: number, look: (place: Place) => T): T | undefined {
    let answer: T | undefined;
    this.asked = (source, at) => {
      const earlier = new Set((source.parent as unknown as { locals?: ReadonlyMap<string, unknown> }).locals?.keys());
      answer = look({
        program: this.watch.current,
        source,
        position: at,
        earlier,
        folders: [this.notebook, this.installation],
        document: (file) => this.watch.document(file),
      });
    };
    try {
      this.converter.inspect(this.known, code, position);
    } finally {
      this.asked = undefined;
    }
    return answer;
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
  watch: ProgramWatch,
  sources: readonly TypeScript.SourceFile[],
): TypeScript.Diagnostic[] {
  const look = (program: TypeScript.Program) =>
    sources.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
      // Later cells see the declarations of a cell; of a module they see the module itself.
      ...(isCell(source) ? program.getDeclarationDiagnostics(source) : []),
    ]);
  // A checker that has looked at other cells, or at code that was still being written, remembers what was wrong with them: it is
  // told apart by the file, unless a comment such as @ts-expect-error takes it for its own.
  const isCommented = sources.some(
    (source) => (source as TypeScript.SourceFile & Commented).commentDirectives !== undefined,
  );
  let all = look(isCommented ? watch.renew() : watch.current);
  if (all.some(({ file }) => file && isCell(file) && !sources.includes(file))) all = look(watch.renew());
  if (isCommented || all.length > 0) watch.giveUp();
  // The reasons behind a complaint belong to it, and what a regular expression may be is for the engine to say.
  return [...ts.sortAndDeduplicateDiagnostics(all.filter(({ code }) => code !== NEWER_EXPRESSION))].map((each) => ({
    ...each,
    messageText: ts.flattenDiagnosticMessageText(each.messageText, '\n'),
  }));
}

/** Comments of a file that suppress what is wrong with the next line, which the compiler's declaration file leaves out. */
interface Commented {
  commentDirectives?: readonly unknown[];
}

/** "This regular expression flag is only available when targeting ..." */
const NEWER_EXPRESSION = 1501;

/** Whether code awaits something outside all functions, so that it must run as one that is asynchronous. */
function awaits(ts: typeof TypeScript, code: string): boolean {
  if (!/\bawait\b/.test(code)) return false;
  // In a script, which a text without imports is, `await (x)` calls a function of that name.
  const search = (node: TypeScript.Node): boolean => {
    if (ts.isAwaitExpression(node)) return true;
    if (ts.isForOfStatement(node) && node.awaitModifier) return true;
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.AwaitUsing) === ts.NodeFlags.AwaitUsing)
      return true;
    if (ts.isFunctionLike(node)) return false;
    return ts.forEachChild(node, search) ?? false;
  };
  return search(ts.createSourceFile('cell.ts', PREFIX + code, ts.ScriptTarget.Latest));
}
