import * as path from 'node:path';
import * as vm from 'node:vm';
import type * as Metadata from 'tslab/dist/metadata';
import type { CellCompiler, Compiled, CompiledCell } from './compiler/cells';
import { GUARD, IMPORT_META, type SourceTrail } from './compiler/transpile';
import { CellModules, metaOf, type Shield } from './modules';
import { CellNames, declarationsAfterFailure } from './names';
import { type CellRun, enterRun, guard } from './scope';
import { cellFile } from './stacks';

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
    const find = (name: string, from?: string) => compiler.fileOf(name, from);
    // Jupyter's server names the notebook; other clients do not.
    this.file = path.join(notebook, path.basename(process.env['JPY_SESSION_NAME'] ?? 'notebook.ipynb'));
    this.modules = new CellModules(notebook, installation, find, special, shield);
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
    const body = cell.code === undefined ? undefined : this.load(cell as Compiled & CompiledCell, run.serial);
    if (body) this.remember(run.serial, { code, trail: cell.trail!, number: run.number });
    this.names.beginCell(cell.fixedNames);
    const done = () => course.done(() => this.outcome(cell));
    try {
      enterRun(run);
      course.enter();
      const running = body?.();
      if (cell.isAsync) then(running as Promise<void>, done, course.failed);
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
    const { typescript, declarations } = this.compiler;
    const written = this.names.writtenNames;
    this.compiler.adopt(declarationsAfterFailure(typescript, declarations, cell.declarations, written));
  }

  /** The value of an expression that sees the names of all cells but declares none. */
  evaluate(expression: string): unknown {
    const cell = this.compiler.compile(`(${expression})`);
    if (cell.isAsync) throw new Error('an expression of a request cannot await');
    this.load(cell as Compiled & CompiledCell, 0)();
    return this.outcome(cell).value;
  }

  private load(cell: Compiled & CompiledCell, serial: number): () => unknown {
    // Reading `exports` through a parameter is much faster than through a global. A cell may give these names another
    // meaning (const __dirname = ...), so they belong to a function around it.
    const head = `(function (exports, require, __filename, __dirname, ${IMPORT_META}) { return ${cell.isAsync ? 'async ' : ''}function () {`;
    const script = new vm.Script(`${head}\n${cell.code}\n}})`, { filename: cellFile(serial), lineOffset: -1 });
    const { require } = this.modules;
    const wrap = script.runInThisContext() as (...values: unknown[]) => () => unknown;
    return wrap(this.names.exports, require, this.file, path.dirname(this.file), metaOf(this.file, require.resolve));
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
