import { type DeclarationPack, document } from './declarationPack';
import { disguised, undisguised } from './disguise';
import { writeOutEarlierNames } from './earlierNames';
import type { TypeScript } from './engine';
import { LastingProgram } from './lastingProgram';
import { keepLastValue } from './lastValue';
import { nodeTypes } from './libraries';
import { bindVariables, declareInner, variablesIn } from './liveVariables';
import type { Resolution } from './resolution';
import { allowTypesByPlace } from './typesByPlace';

/** What tslab asks of a program that is being watched. */
interface Builder {
  getSourceFile(file: string): TypeScript.SourceFile | undefined;
  getProgram(): TypeScript.Program;
  getAllDependencies(file: TypeScript.SourceFile): readonly string[];
  emit: TypeScript.Program['emit'];
}

/** What {@link createWatchProgram} is given: tslab's wishes, collected by its call of `createWatchCompilerHost`. */
export interface WatchHost {
  rootFiles: readonly string[];
  options: TypeScript.CompilerOptions;
  system: TypeScript.System;
  resolution: Resolution;
  pack: DeclarationPack | undefined;
  installation: string;
  afterProgramCreate?: (builder: Builder) => void;
}

interface Timed {
  file: TypeScript.SourceFile | undefined;
  text?: string;
}

/** Internal functions of the compiler that its declaration file leaves out. */
interface Internals {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
}

/** Files whose text tslab makes up: the cell and the declarations of the cells before it. */
const MADE_UP = /\/(__tslab__\.ts|__prev__\.d\.ts)$/;
const PACKAGE = /\/node_modules\//;
const EARLIER = '/__prev__.d.ts';

/** Whether a file is the cell itself. */
export const isCell = (file: TypeScript.SourceFile): boolean => MADE_UP.test(file.fileName);

/**
 * Keeps one program up to date with the cells. The compiler's own watch program rebuilds a graph of all declarations for
 * every keystroke; a notebook changes one small file at a time, so this one parses that file, reuses everything else, and
 * builds the program only when somebody asks for more than the parsed file.
 */
export class ProgramWatch {
  private program: TypeScript.Program | undefined;
  /** The program as it was made, of which the compiler makes the next one. */
  private made: TypeScript.Program | undefined;
  /** The program for the cells to come, until something else changes than the cell. */
  private lasting: LastingProgram | undefined;
  /** Whether the program has seen the present cell. */
  private isCurrent = false;
  private readonly files = new Map<string, Timed>();
  private readonly host: TypeScript.CompilerHost;
  /** Files that were parsed without their documentation. */
  private readonly bare = new WeakSet<TypeScript.SourceFile>();
  private rootFiles: readonly string[];
  private timer: unknown;

  constructor(
    private readonly ts: typeof TypeScript,
    private readonly watch: WatchHost,
  ) {
    this.rootFiles = watch.rootFiles;
    this.host = this.compilerHost();
    for (const file of this.rootFiles) watch.system.watchFile!(file, () => this.changed(file));
    this.rebuild();
  }

  close(): void {
    this.files.clear();
    this.program = undefined;
    this.made = undefined;
    this.lasting = undefined;
  }

  updateRootFileNames(files: readonly string[]): void {
    this.rootFiles = files;
    this.giveUp();
    this.schedule();
  }

  /** Forgets the parsed form of a file, because its text has changed or its tree was written to. */
  forget(file: string): void {
    this.files.delete(file);
    if (!MADE_UP.test(file)) this.lasting = undefined;
  }

  /** Has the next program made anew: what the present one has found in a cell is not to be found in another. */
  giveUp(): void {
    this.lasting = undefined;
  }

  /** Makes the program of the present cell anew. */
  renew(): TypeScript.Program {
    this.giveUp();
    return this.build();
  }

  /** Reads all packed files ahead of their use, one at a time. */
  *readAhead(): Generator<void> {
    for (const name of this.watch.pack?.names ?? []) {
      const file = this.sourceFile(name, this.watch.options.target!);
      if (file) (this.ts as unknown as Internals).bindSourceFile(file, this.watch.options);
      yield;
    }
  }

  /** Reads the documentation of a file that was parsed without it. */
  document(file: TypeScript.SourceFile): void {
    if (this.bare.delete(file)) document(this.ts, file);
  }

  /** The program as it is, brought up to date. */
  get current(): TypeScript.Program {
    return this.program!;
  }

  /** All files of the program as it is. */
  get sources(): readonly TypeScript.SourceFile[] {
    return this.program?.getSourceFiles() ?? [];
  }

  /** The names that a file declares. */
  namesOf(name: string): ReadonlySet<string> {
    const { locals } = (this.files.get(name)?.file ?? {}) as { locals?: ReadonlyMap<string, unknown> };
    return new Set([...(locals?.keys() ?? [])].map(unescaped));
  }

  /** The names that a file declares other than by `let` and `var`. */
  fixedNames(name: string): ReadonlySet<string> {
    const file = this.files.get(name)?.file;
    const variables = new Set(file ? variablesIn(this.ts, file) : []);
    return new Set([...this.namesOf(name)].filter((each) => !variables.has(each)));
  }

  private changed(file: string): void {
    const known = MADE_UP.test(file) ? this.files.get(file) : undefined;
    if (!known || known.text !== this.watch.system.readFile(file)) this.forget(file);
    this.schedule();
  }

  /** tslab runs the callback of the last timer itself, when it has told all that has changed. */
  private schedule(): void {
    const { system } = this.watch;
    if (this.timer !== undefined) system.clearTimeout!(this.timer);
    this.timer = system.setTimeout!(() => {
      this.timer = undefined;
      this.rebuild();
    }, 0);
  }

  private rebuild(): void {
    this.isCurrent = false;
    const program = (): TypeScript.Program => (this.isCurrent ? this.program! : this.build());
    const { ts } = this;
    this.watch.afterProgramCreate?.({
      getSourceFile: (name) => {
        const file = undisguised(name);
        if (this.isCurrent || !MADE_UP.test(file)) return program().getSourceFile(file);
        const parsed = this.host.getSourceFile(file, this.watch.options.target!);
        if (parsed) (ts as unknown as Internals).bindSourceFile(parsed, this.watch.options);
        return parsed;
      },
      getProgram: program,
      getAllDependencies: (file) => sourceDependencies(program(), file, this.watch.resolution),
      emit: (file, write, token, onlyDeclarations, transformers) => {
        if (file === undefined || isCell(file)) return this.emitCell(program(), file, write!, transformers);
        // A module goes by the name of its source: `x.ts` and `x.mts` are two.
        const named: TypeScript.WriteFileCallback = (output, text, ...rest) => {
          if (/\.[cm]?jsx?$/.test(output)) write!(`${this.watch.options.outDir}${file.fileName}.js`, text, ...rest);
        };
        return program().emit(file, named, token, onlyDeclarations);
      },
    });
  }

  private emitCell(
    program: TypeScript.Program,
    file: TypeScript.SourceFile | undefined,
    write: TypeScript.WriteFileCallback,
    transformers: TypeScript.CustomTransformers | undefined,
  ): TypeScript.EmitResult {
    const { ts } = this;
    const checker = program.getTypeChecker();
    const earlier = program.getSourceFile(this.rootFiles.find((name) => name.endsWith(EARLIER))!);
    const before = [writeOutEarlierNames(ts, checker, earlier), bindVariables(ts), keepLastValue(ts)];
    const withInner: TypeScript.WriteFileCallback = (name, text, ...rest) =>
      write(name, file && name.endsWith('.d.ts') ? text + declareInner(ts, checker, file) : text, ...rest);
    return program.emit(file, withInner, undefined, false, { ...transformers, before });
  }

  private build(): TypeScript.Program {
    const { ts, watch } = this;
    this.isCurrent = true;
    const madeUp = this.rootFiles.filter((name) => MADE_UP.test(name));
    const files = madeUp.map((name) => this.sourceFile(name, watch.options.target!)!);
    if (this.lasting?.take(files)) return this.program!;
    this.program = ts.createProgram({
      rootNames: [...this.rootFiles, `${watch.installation}/kernels/globals.d.ts`],
      options: watch.options,
      host: this.host,
      ...(this.made ? { oldProgram: this.made } : {}),
    });
    allowTypesByPlace(ts, this.program.getTypeChecker());
    this.made = { ...this.program };
    this.lasting = new LastingProgram(ts, this.program, watch.resolution);
    return this.program;
  }

  private compilerHost(): TypeScript.CompilerHost {
    const { ts } = this;
    const { options, resolution, system } = this.watch;
    const host = ts.createCompilerHost(options);
    return {
      ...host,
      getCurrentDirectory: () => system.getCurrentDirectory(),
      fileExists: (file) => this.systemFor(file).fileExists(file),
      readFile: (file) => this.systemFor(file).readFile(file),
      directoryExists: (folder) => this.systemFor(folder).directoryExists(folder),
      getSourceFile: (file, version) => this.sourceFile(file, version),
      // Whether a file is a module depends on the manifest above it, which is asked for every file each time.
      getModuleResolutionCache: () => resolution.cache,
      hasInvalidatedResolutions: (file) => resolution.hasMissing(file),
      resolveModuleNameLiterals: (literals, importer) =>
        literals.map((literal) => resolution.resolve(literal.text, importer)),
      resolveTypeReferenceDirectiveReferences: (references, importer, redirected) =>
        references.map((reference) => this.resolveTypes(reference, importer, redirected)),
    };
  }

  private resolveTypes(
    reference: TypeScript.FileReference | string,
    importer: string,
    redirected: TypeScript.ResolvedProjectReference | undefined,
  ): TypeScript.ResolvedTypeReferenceDirectiveWithFailedLookupLocations {
    const { ts } = this;
    const { options, installation } = this.watch;
    const name = typeof reference === 'string' ? reference : reference.fileName;
    // TensorFlow.js names what browsers have.
    if (name === '@webgpu/types/dist')
      return { resolvedTypeReferenceDirective: undefined, failedLookupLocations: [] } as never;
    if (name !== 'node') return ts.resolveTypeReferenceDirective(name, importer, options, ts.sys, redirected);
    const resolvedFileName = `${nodeTypes(installation)}/index.d.ts`;
    return {
      resolvedTypeReferenceDirective: { primary: true, resolvedFileName, isExternalLibraryImport: true },
    } as never;
  }

  /** tslab looks twice at every path; for the thousands of paths inside packages that is most of the work. */
  private systemFor(file: string): TypeScript.System {
    return PACKAGE.test(file) ? this.ts.sys : this.watch.system;
  }

  private sourceFile(
    name: string,
    version: TypeScript.ScriptTarget | TypeScript.CreateSourceFileOptions,
  ): TypeScript.SourceFile | undefined {
    const known = this.files.get(name);
    if (known) return known.file;
    const packed = this.watch.pack?.textOf(name);
    const text = packed ?? withNames(name, this.systemFor(name).readFile(name));
    const file = text === undefined ? undefined : this.ts.createSourceFile(name, text, version);
    if (file && MADE_UP.test(name)) obeyComment(this.ts, file);
    if (file && packed !== undefined) this.bare.add(file);
    const entry: Timed = { file };
    if (MADE_UP.test(name)) entry.text = text!;
    this.files.set(name, entry);
    // Files of packages do not change under a running kernel; the user's own do, and tslab wants to hear of it.
    if (!MADE_UP.test(name) && !PACKAGE.test(name) && !name.endsWith('.d.ts')) {
      this.watch.system.watchFile!(disguised(name), () => this.forget(name));
    }
    return file;
  }
}

/** The compiler puts a further underscore before names that begin with two. */
const unescaped = (name: string): string => name.replace(/^___/, '__');

/** tslab exports the names of a cell as the compiler keeps them, and what is `declare global` under a name like any other. */
function withNames(file: string, text: string | undefined): string | undefined {
  if (text === undefined || !MADE_UP.test(file) || !text.includes('__')) return text;
  return text.replace(/\nexport \{[^{}]*\}$/, (list) =>
    list.replace(/(?<=[{ ])__global(, |(?=\}))/, '').replace(/(?<=[{ ])___/g, '__'),
  );
}

/** The compiler looks for `@ts-nocheck` above the first statement, and tslab puts one before a cell. */
function obeyComment(ts: typeof TypeScript, file: TypeScript.SourceFile & Partial<CheckComment>): void {
  const comments = ts.getLeadingCommentRanges(file.text, file.text.indexOf('\n')) ?? [];
  if (comments.some(({ pos, end }) => /^\/\/+\s*@ts-nocheck\b/.test(file.text.slice(pos, end))))
    file.checkJsDirective = { enabled: false, pos: 0, end: 0 };
}

/** Whether a file is to be checked, as far as it says so itself; the compiler's declaration file leaves it out. */
interface CheckComment {
  checkJsDirective: { enabled: boolean; pos: number; end: number };
}

/** All TypeScript and JavaScript sources that `file` imports, directly or not; declaration files are not entered. */
function sourceDependencies(
  program: TypeScript.Program,
  file: TypeScript.SourceFile,
  resolution: Resolution,
): readonly string[] {
  const seen = new Set<string>([file.fileName]);
  const queue = [file];
  for (let next = queue.pop(); next; next = queue.pop()) {
    for (const literal of importsOf(next)) {
      const name = resolution.resolve(literal.text, next.fileName).resolvedModule?.resolvedFileName;
      if (!name || seen.has(name) || name.endsWith('.d.ts')) continue;
      const found = program.getSourceFile(name);
      if (!found) continue;
      seen.add(name);
      queue.push(found);
    }
  }
  return [...seen].map(disguised);
}

function importsOf(file: TypeScript.SourceFile): readonly { text: string }[] {
  return (file as unknown as { imports?: readonly { text: string }[] }).imports ?? [];
}
