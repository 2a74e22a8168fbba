import * as vm from 'node:vm';
import type * as Metadata from 'tslab/dist/metadata';
import type { CellCompiler, Compiled, CompiledCell } from './compiler/cells';
import { GUARD, type SourceTrail } from './compiler/transpile';
import { CellModules, type Shield } from './modules';
import { CellNames, declarationsAfterFailure } from './names';
import { type CellRun, enterRun, guard } from './scope';
import { cellFile } from './traceback';

/** The head of a cell says whether it is a module. */
const { getCodeMetadata } = require('tslab/dist/metadata') as typeof Metadata;

const CODE_KEPT = 200;

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

type Body = (exports: Record<string, unknown>, require: NodeJS.Require) => unknown;

/** Compiles and runs cells, and remembers what they declare. */
export class Runner {
  private readonly names = new CellNames();
  private readonly modules: CellModules;
  private readonly cells = new Map<number, RanCell>();

  constructor(
    readonly compiler: CellCompiler,
    notebook: string,
    installation: string,
    special: Readonly<Record<string, () => unknown>>,
    shield?: Shield,
  ) {
    const find = (name: string, from?: string) => compiler.fileOf(name, from);
    this.modules = new CellModules(notebook, installation, find, special, shield);
    Object.defineProperty(globalThis, GUARD, { value: guard, configurable: true });
  }

  /** Where the TypeScript of a running cell is, for stack traces. */
  cell(serial: number): RanCell | undefined {
    return this.cells.get(serial);
  }

  module(file: string): SourceTrail | undefined {
    return this.modules.compiledAt(file)?.trail;
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
   * Runs a compiled cell. The returned promise stays open when the cell is cut off; the caller races it.
   * @throws whatever the cell throws
   */
  async run(cell: CompiledCell, code: string, run: CellRun): Promise<Outcome> {
    if (cell.code === undefined) {
      this.compiler.adopt(cell.declarations);
      return { hasValue: false, value: undefined };
    }
    this.remember(run.serial, { code, trail: cell.trail!, number: run.number });
    this.names.beginCell(cell.fixedNames);
    const before = this.compiler.declarations;
    try {
      enterRun(run);
      const running = this.load(cell as Compiled & CompiledCell, run.serial)(this.names.exports, this.modules.require);
      if (cell.isAsync) await running;
    } catch (error) {
      this.keepWhatWasSet(before, cell);
      throw error;
    }
    this.compiler.adopt(cell.declarations);
    return this.outcome(cell);
  }

  /** A failed or interrupted cell keeps the variables that it had set. */
  abandon(cell: CompiledCell): void {
    this.keepWhatWasSet(this.compiler.declarations, cell);
  }

  private keepWhatWasSet(before: string, cell: CompiledCell): void {
    const written = this.names.writtenNames;
    this.compiler.adopt(declarationsAfterFailure(this.compiler.typescript, before, cell.declarations, written));
  }

  /** The value of an expression that sees the names of all cells but declares none. */
  evaluate(expression: string): unknown {
    const cell = this.compiler.compile(`(${expression})`);
    if (cell.isAsync) throw new Error('an expression of a request cannot await');
    this.load(cell as Compiled & CompiledCell, 0)(this.names.exports, this.modules.require);
    return this.outcome(cell).value;
  }

  private load(cell: Compiled & CompiledCell, serial: number): Body {
    // Reading `exports` through a parameter is much faster than through a global.
    const head = cell.isAsync ? '(async function (exports, require) {' : '(function (exports, require) {';
    const script = new vm.Script(`${head}\n${cell.code}\n})`, { filename: cellFile(serial), lineOffset: -1 });
    return script.runInThisContext() as Body;
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
