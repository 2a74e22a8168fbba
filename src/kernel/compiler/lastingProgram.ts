import type { TypeScript } from './engine';
import type { Resolution } from './resolution';

type Resolved = TypeScript.ResolvedModuleWithFailedLookupLocations | undefined;

/** What the compiler keeps of a program and leaves out of its declaration file. */
type ProgramInternals = TypeScript.Program & {
  getResolvedModule(file: TypeScript.SourceFile, name: string, mode: unknown): Resolved;
  getResolvedModuleFromModuleSpecifier(specifier: { text: string }, file: TypeScript.SourceFile): Resolved;
};

/** What a program keeps of a file. */
type FileInternals = TypeScript.SourceFile & {
  path: string;
  resolvedPath: string;
  originalFileName: string;
  imports: readonly TypeScript.StringLiteralLike[];
  moduleAugmentations: readonly unknown[];
  ambientModuleNames: readonly string[];
  pragmas: ReadonlyMap<string, unknown>;
};

/** Functions of the compiler that its declaration file leaves out. */
interface Internals {
  bindSourceFile(file: TypeScript.SourceFile, options: TypeScript.CompilerOptions): void;
  isAnyImportOrReExport(node: TypeScript.Node): boolean;
  isAmbientModule(node: TypeScript.Node): boolean;
  getExternalModuleName(node: TypeScript.Node): TypeScript.Expression | undefined;
  forEachDynamicImportOrRequireCall(
    file: TypeScript.SourceFile,
    includesTypes: boolean,
    onlyLiterals: boolean,
    look: (node: TypeScript.Node, specifier: TypeScript.StringLiteralLike) => void,
  ): void;
}

/** Cells that one program is used for: what its checker remembers of them is given up with it. */
const MOST_CELLS = 100;

/**
 * One program and its checker for many cells. A program is made of thousands of declarations that a cell does not change, and
 * making one anew takes far longer than to check the cell. A cell, and the declarations of the cells before it, are modules: nothing
 * of them reaches the other files, so that a checker that has seen one may look at the next. Cells that do change the others (by
 * `declare global`, by an import of a file that is not there yet) are refused, and a program is made for them.
 */
export class LastingProgram {
  private readonly current = new Map<string, FileInternals>();
  private readonly files: readonly TypeScript.SourceFile[];
  private cells = 0;

  constructor(
    private readonly ts: typeof TypeScript,
    private readonly program: TypeScript.Program,
    private readonly resolution: Resolution,
  ) {
    this.files = program.getSourceFiles();
    const patched = program as ProgramInternals;
    const { getSourceFile, getSourceFileByPath, getResolvedModule, getResolvedModuleFromModuleSpecifier } = patched;
    const resolve = (file: TypeScript.SourceFile, name: string): Resolved =>
      this.current.get(file.fileName) === file ? this.resolution.resolve(name, file.fileName) : undefined;
    Object.assign(patched, {
      getSourceFile: (name: string) => this.current.get(name) ?? getSourceFile(name),
      getSourceFileByPath: (path: TypeScript.Path) => this.current.get(path) ?? getSourceFileByPath(path),
      getSourceFiles: () => this.files.map((file) => this.current.get(file.fileName) ?? file),
      getResolvedModule: (file: TypeScript.SourceFile, name: string, mode: unknown) =>
        resolve(file, name) ?? getResolvedModule(file, name, mode),
      getResolvedModuleFromModuleSpecifier: (specifier: { text: string }, file: TypeScript.SourceFile) =>
        resolve(file, specifier.text) ?? getResolvedModuleFromModuleSpecifier(specifier, file),
    });
  }

  /**
   * Takes a cell and the declarations before it in the place of those so far.
   *
   * @param files parsed, and bound or not.
   * @returns whether it could; if not, a new program is needed.
   */
  take(files: readonly TypeScript.SourceFile[]): boolean {
    if (++this.cells > MOST_CELLS) return false;
    const internals = this.ts as unknown as Internals;
    const fresh = (files as readonly FileInternals[]).filter((file) => this.current.get(file.fileName) !== file);
    const imports = fresh.map((file) => this.importsOfModule(file));
    if (imports.includes(undefined)) return false;
    for (const [k, file] of fresh.entries()) {
      // Under a path of its own, so that nothing is taken for it that was found in another cell.
      file.path = `${file.fileName}#${this.cells}`;
      file.resolvedPath = file.path;
      file.originalFileName = file.fileName;
      file.imports = imports[k]!;
      file.moduleAugmentations = [];
      file.ambientModuleNames = [];
      internals.bindSourceFile(file, this.program.getCompilerOptions());
      this.current.set(file.fileName, file);
    }
    return true;
  }

  /** What a module imports; nothing if it changes other files, or imports what the program does not have. */
  private importsOfModule(file: FileInternals): TypeScript.StringLiteralLike[] | undefined {
    const { ts } = this;
    // The compiler adds imports of its own for some options.
    const { importHelpers, jsx = ts.JsxEmit.None } = this.program.getCompilerOptions();
    if (importHelpers || jsx >= ts.JsxEmit.ReactJSX) return undefined;
    if (!ts.isExternalModule(file) || file.pragmas.size > 0) return undefined;
    if (file.referencedFiles.length + file.typeReferenceDirectives.length + file.libReferenceDirectives.length > 0)
      return undefined;
    const internals = ts as unknown as Internals;
    if (file.statements.some((node) => internals.isAmbientModule(node))) return undefined;
    const imports = this.importsOf(file, internals);
    const isThere = ({ text }: TypeScript.StringLiteralLike) => {
      const { resolvedModule } = this.resolution.resolve(text, file.fileName);
      return resolvedModule !== undefined && this.program.getSourceFile(resolvedModule.resolvedFileName) !== undefined;
    };
    return imports.every(isThere) ? imports : undefined;
  }

  private importsOf(file: FileInternals, internals: Internals): TypeScript.StringLiteralLike[] {
    const { ts } = this;
    const found: TypeScript.StringLiteralLike[] = [];
    for (const node of file.statements) {
      if (!internals.isAnyImportOrReExport(node)) continue;
      const name = internals.getExternalModuleName(node);
      if (name && ts.isStringLiteral(name) && name.text) found.push(name);
    }
    internals.forEachDynamicImportOrRequireCall(file, true, true, (_, specifier) => found.push(specifier));
    return found;
  }
}
