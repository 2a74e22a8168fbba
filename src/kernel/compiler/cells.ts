import * as path from 'node:path';
import type * as Tslab from 'tslab/dist/converter';
import { type Completion, complete, type Explanation, explain, type Place } from './assistance';
import { CompileError, complaintOf, diagnosticsOf } from './complaints';
import { type Completeness, completenessOf } from './completeness';
import { DeclarationPack, writePack } from './declarationPack';
import { isTooDeep, TOO_DEEP } from './depth';
import { loadEngine, type TypeScript } from './engine';
import { withoutExports } from './exports';
import { forgotten, withoutRepeated } from './lastingDeclarations';
import { LAST_VALUE } from './lastValue';
import { LocalFiles } from './localFiles';
import { isOfDeclarations, withOpenTypes } from './openTypes';
import { cellOptions } from './options';
import { ProgramWatch, type WatchHost } from './programs';
import { Resolution } from './resolution';
import { type Transpiled, transpile } from './transpile';

/** A module of the user that may be run. */
export interface Compiled extends Transpiled {
  /** Whether it awaits outside of functions, so that those who import it have to wait. */
  waits: boolean;
}

/** A cell that may be run. */
export interface CompiledCell extends Partial<Transpiled> {
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

/** What tslab puts before the text of a cell. */
const PREFIX = 'export {};\n';
const PREFIX_LINES = 1;

/** What most notebooks begin with. */
const LIBRARY = "import * as rl from 'reluctant'";

/**
 * The TypeScript side of a notebook: compiles cells one after the other, each seeing the declarations of those before it.
 */
export class CellCompiler {
  private readonly ts: typeof TypeScript;
  private readonly converter: Tslab.Converter;
  private readonly engine: typeof Tslab;
  private readonly files = new LocalFiles();
  private readonly transpiled = new Map<string, Transpiled>();
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
          const result = transpile(ts, javascript, options);
          this.transpiled.set(result.code, result);
          return { outputText: result.code };
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
    this.transpiled.clear();
    if (isTooDeep(this.ts, code))
      throw new CompileError([{ file: undefined, line: 1, column: 1, code: undefined, message: TOO_DEEP }]);
    const { code: plain, refused } = withoutExports(this.ts, code);
    if (refused.length > 0) {
      throw new CompileError(refused.map((complaint) => ({ ...complaint, file: undefined, code: undefined })));
    }
    const known = withoutRepeated(this.ts, this.known, plain);
    const converted = this.convert(known, plain);
    const compiled: CompiledCell = {
      isAsync: awaits(this.ts, code),
      resultName: converted.lastExpressionVar ?? LAST_VALUE,
      modules: this.modulesOf(converted),
      declarations: this.declarationsAfter(known, converted),
      fixedNames: this.watch.fixedNames(`${this.cellFolder}__tslab__.ts`),
    };
    if (converted.output) {
      // A cell is no module that somebody imports; what it has put into Object.prototype must not matter to this line either.
      compiled.code = converted.output
        .replace('"use strict";', '')
        .replace('Object.defineProperty(exports, "__esModule", { value: true });', '');
      const { trail, imports } = this.transpiled.get(converted.output)!;
      compiled.trail = trail.after(PREFIX_LINES);
      compiled.imports = imports;
    }
    return compiled;
  }

  /**
   * Compiles a source of the user that a running cell asks for by a name which nobody could know before.
   * @returns it and what it imports, as far as that has changed
   * @throws CompileError
   */
  compileModule(file: string): ReadonlyMap<string, Compiled> {
    this.refresh();
    this.transpiled.clear();
    return this.modulesOf(this.convert(this.known, `import ${JSON.stringify(slashed(file))};`));
  }

  /** @throws CompileError */
  private modulesOf({ diagnostics, sideOutputs = [] }: Tslab.ConvertResult): ReadonlyMap<string, Compiled> {
    if (diagnostics.length > 0) {
      const own = diagnostics.filter((one) => !isOfDeclarations(one));
      throw new CompileError((own.length > 0 ? own : diagnostics).map(complaintOf));
    }
    return new Map(
      sideOutputs.map(({ path: file, data }) => [
        file,
        { ...this.transpiled.get(data)!, waits: awaits(this.ts, data) },
      ]),
    );
  }

  /** A cell as the converter gives it, with types that can be declared for names whose own cannot. */
  private convert(known: string, code: string): Tslab.ConvertResult {
    const converted = this.converter.convert(known, code);
    // The converter writes to the tree of the declarations while it prints those that remain.
    this.watch.forget(`${this.cellFolder}__prev__.d.ts`);
    const { diagnostics } = converted;
    if (diagnostics.length === 0 || !diagnostics.every(isOfDeclarations)) return converted;
    const open = withOpenTypes(this.ts, code, diagnostics);
    return open === undefined ? converted : this.convert(known, open);
  }

  /** What the cell after one will see. */
  private declarationsAfter(known: string, { declOutput = '' }: Tslab.ConvertResult): string {
    const own = this.watch.namesOf(`${this.cellFolder}__tslab__.ts`);
    return declOutput + forgotten(this.ts, known, declOutput, (name) => own.has(name));
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
  isComplete(code: string): Completeness {
    return completenessOf(this.ts, code, () => this.engine.isCompleteCode(code).indent ?? '');
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

const slashed = (file: string): string => file.replaceAll('\\', '/');
