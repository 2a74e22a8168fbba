import * as path from 'node:path';
import type * as Metadata from 'tslab/dist/metadata';
import type { CellCompiler, CompiledCell } from './compiler/cells';
import { CompileError } from './compiler/complaints';
import { GUARD, type SourceTrail, type Transpiled } from './compiler/transpile';
import { CellModules, metaOf, type Shield } from './modules';
import { CellNames, declarationsAfterFailure } from './names';
import { type CellRun, enterRun, guard } from './scope';
import { cellFile } from './stacks';
import { EarlyError, functionOf } from './surroundings';

/** The head of a cell says whether it is a module. */
const { getCodeMetadata } = require('tslab/dist/metadata') as typeof Metadata;

/** Cells whose text is kept for stack traces. */
const CODE_KEPT = 2000;

/** A cell that has ended well: its value, or nothing when it does not end in an expression. */
export interface Outcome {
  hasValue: boolean;
  value: unknown;
}

/** What stack traces need of a cell. */
export interface RanCell {
  code: string;
  trail: SourceTrail;
  number: number;
}

/** Where the code of a cell begins and comes to its end. */
export interface Course {
  /** The next call is into code of the user. */
  enter(): void;
  /** @param take gives the value; called once, when the kernel's built-in objects are in place */
  done(take: () => Outcome): void;
  failed(error: unknown): void;
}

// A cell may have put something else into Promise.prototype.
const then = Function.prototype.call.bind(Promise.prototype.then) as (
  promise: Promise<void>,
  done: () => void,
  failed: (error: unknown) => void,
) => void;

/** Compiles and runs cells, and remembers what they declare. */
export class Runner {
  private readonly names = new CellNames();
  private readonly modules: CellModules;
  private readonly cells = new Map<number, RanCell>();
  /** The file that cells take themselves to lie in. */
  private readonly file: string;

  constructor(
    readonly compiler: CellCompiler,
    notebook: string,
    installation: string,
    special: Readonly<Record<string, () => unknown>>,
    shield?: Shield,
  ) {
    const sources = {
      find: (name: string, from?: string) => compiler.fileOf(name, from),
      compile: (file: string) => compiler.compileModule(file),
    };
    // Jupyter's server names the notebook; other clients do not.
    this.file = path.join(notebook, path.basename(process.env['JPY_SESSION_NAME'] ?? 'notebook.ipynb'));
    this.modules = new CellModules(notebook, installation, sources, special, shield);
    Object.defineProperty(globalThis, GUARD, { value: Object.freeze(guard) });
  }

  /** Where the TypeScript of a running cell is, for stack traces. */
  cell(serial: number): RanCell | undefined {
    return this.cells.get(serial);
  }

  module(file: string): { source: string; trail: SourceTrail } | undefined {
    const compiled = this.modules.compiledAt(file);
    return compiled && { source: file.replace(/\.js$/, ''), trail: compiled.trail };
  }

  /** @throws CompileError */
  compile(code: string): CompiledCell {
    const { module } = getCodeMetadata(code);
    if (module !== undefined) {
      this.compiler.addModule(module, code);
      const { declarations } = this.compiler;
      return { isAsync: false, resultName: undefined, modules: new Map(), declarations, fixedNames: new Set() };
    }
    const compiled = this.compiler.compile(code);
    this.modules.update(compiled.modules);
    return compiled;
  }

  /**
   * Runs a compiled cell. Neither function of `course` is called when the cell is cut off. Between the cell's code and them
   * nothing is called that a cell may have changed.
   */
  run(cell: CompiledCell, code: string, run: CellRun, course: Course): void {
    const done = () => course.done(() => this.outcome(cell));
    this.names.beginCell(cell.fixedNames);
    try {
      const body = cell.code === undefined ? undefined : this.load(cell as Transpiled & CompiledCell, run.serial);
      if (body) this.remember(run.serial, { code, trail: cell.trail!, number: run.number });
      enterRun(run);
      course.enter();
      const preparing = body && this.modules.preparing(cell.imports ?? []);
      const running = preparing ? after(preparing, body) : body?.();
      if (cell.isAsync || preparing) then(running as Promise<void>, done, course.failed);
      else done();
    } catch (error) {
      course.failed(error);
    }
  }

  /** Takes over what a cell that has ended well has declared. */
  adopt(cell: CompiledCell): void {
    this.compiler.adopt(cell.declarations);
  }

  /** A failed or interrupted cell keeps the variables that it had set. */
  abandon(cell: CompiledCell): void {
    this.modules.forgetStarting();
    const { typescript, declarations } = this.compiler;
    // Its value is nobody's any more.
    if (cell.resultName !== undefined) this.names.take(cell.resultName);
    const written = this.names.writtenNames;
    this.compiler.adopt(declarationsAfterFailure(typescript, declarations, cell.declarations, written));
  }

  /** The value of an expression that sees the names of all cells but declares none. */
  evaluate(expression: string): unknown {
    const cell = this.compiler.compile(`(${expression})`);
    if (cell.isAsync) throw new Error('an expression of a request cannot await');
    this.load(cell as Transpiled & CompiledCell, 0)();
    return this.outcome(cell).value;
  }

  private load(cell: Transpiled & CompiledCell, serial: number): () => unknown {
    const { require } = this.modules;
    const around = {
      // Reading it through a parameter is much faster than through a global.
      exports: this.names.exports,
      require,
      file: this.file,
      meta: metaOf(this.file, require.resolve),
      import: (name: unknown) => this.modules.import(name),
    };
    try {
      return functionOf(cell, cellFile(serial), cell.isAsync)(around);
    } catch (error) {
      if (!(error instanceof EarlyError)) throw error;
      const { line, column } = error.place ?? { line: 1, column: 1 };
      throw new CompileError([{ file: undefined, line, column, code: undefined, message: error.message }]);
    }
  }

  private outcome(cell: CompiledCell): Outcome {
    if (cell.resultName === undefined) return { hasValue: false, value: undefined };
    const value = this.names.take(cell.resultName);
    return { hasValue: value !== undefined, value };
  }

  private remember(serial: number, cell: RanCell): void {
    this.cells.set(serial, cell);
    // Functions of old cells may still throw, but a kernel that runs for weeks must not keep every text.
    if (this.cells.size > CODE_KEPT) this.cells.delete(this.cells.keys().next().value!);
  }
}

/** Runs a cell when the modules are there that it imports. */
async function after(preparing: () => Promise<void>, body: () => unknown): Promise<void> {
  await guard.wait(preparing());
  await body();
}
