import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ReluctantError } from '../../core';
import { assignments } from '../../kernel/parameters';
import { formatDuration } from '../../tables';
import { executeNotebook, type Notebook, type NotebookCell, type RunEvent, readNotebook, sourceOf } from '../notebook';
import { INSTALLATION } from '../places';
import { checkRecords } from '../records';

interface RunOptions {
  parameter: Map<string, string>;
  out?: string;
  timeout?: number;
  totalTimeout?: number;
  check?: boolean;
  updateRecords?: boolean;
  quiet?: boolean;
}

/** `reluctant run`: notebooks from top to bottom, without a screen. */
export function addRun(program: Command): void {
  program
    .command('run')
    .description('Run notebooks from top to bottom through a real Jupyter client; exit with 1 when a cell fails.')
    .argument('<notebooks...>', 'notebook files')
    .option('-p, --parameter <name=value>', 'set a parameter (repeatable)', collect, new Map<string, string>())
    .option('-o, --out <folder>', 'write the executed notebooks there')
    .option('--timeout <seconds>', 'time that one cell may take', seconds)
    .option('--total-timeout <seconds>', 'time that one notebook may take', seconds)
    .option('--check', 'compare the recorded numbers with those committed beside the notebook')
    .option('--update-records', 'write the recorded numbers beside the notebook')
    .option('-q, --quiet', 'show failures only')
    .addHelpText(
      'after',
      `
Parameters are the variables that a cell tagged "parameters" declares with "let". Values are checked against their types
before anything runs. Numbers recorded with rl.record(name, value, { tolerance }) stand in NOTEBOOK.records.json.

Examples:
  $ npx reluctant run notebooks/01-dead-relu.ipynb --out reports
  $ npx reluctant run study.ipynb -p learningRate=0.01 -p activation=softplus --timeout 600
  $ npx reluctant run notebooks/*.ipynb --check`,
    )
    .action(async (files: string[], options: RunOptions) => {
      let failures = 0;
      for (const file of files) if (!(await runOne(file, options))) failures += 1;
      if (files.length > 1) console.log(`${files.length - failures} of ${files.length} notebooks ran through`);
      if (failures > 0) process.exitCode = 1;
    });
}

function collect(text: string, known: Map<string, string>): Map<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected name=value');
  return new Map(known).set(text.slice(0, at).trim(), text.slice(at + 1));
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number of seconds above 0');
  return value;
}

async function runOne(file: string, options: RunOptions): Promise<boolean> {
  const notebook = readNotebook(file);
  const folder = path.dirname(path.resolve(file));
  const prepared = withParameters(notebook, options.parameter, folder, file);
  const started = performance.now();
  const screen = new Screen(path.basename(file), prepared, options.quiet ?? false);
  screen.begin();
  const { ok, executed } = await executeNotebook(prepared, {
    folder,
    timeout: options.timeout,
    totalTimeout: options.totalTimeout,
    onEvent: (event) => screen.show(event),
  });
  if (executed && options.out !== undefined) writeNotebook(executed, options.out, path.basename(file));
  screen.end(ok, formatDuration((performance.now() - started) / 1000));
  if (!ok || !executed) return false;
  if (!options.check && !options.updateRecords) return true;
  return checkRecords(file, executed, options.updateRecords ?? false);
}

/** The notebook with a cell that sets the parameters, after the one that declares them. */
function withParameters(
  notebook: Notebook,
  given: ReadonlyMap<string, string>,
  folder: string,
  file: string,
): Notebook {
  if (given.size === 0) return notebook;
  const at = notebook.cells.findIndex((cell) => cell.metadata.tags?.includes('parameters'));
  if (at < 0) {
    throw new ReluctantError({
      code: 'unknown-parameter',
      operation: 'run',
      problem: `the notebook has no parameters, but got "${[...given.keys()].join('", "')}"`,
      where: { file },
      fix: 'tag the cell that declares them with "parameters"',
    });
  }
  const source = assignments(sourceOf(notebook.cells[at]!), given, folder, INSTALLATION);
  const injected: NotebookCell = {
    cell_type: 'code',
    source,
    metadata: { tags: ['injected-parameters'] },
    outputs: [],
    execution_count: null,
    ...(notebook.nbformat_minor >= 5 ? { id: 'injected-parameters' } : {}),
  };
  const kept = notebook.cells.filter((cell) => !cell.metadata.tags?.includes('injected-parameters'));
  const place = kept.indexOf(notebook.cells[at]!) + 1;
  return { ...notebook, cells: [...kept.slice(0, place), injected, ...kept.slice(place)] };
}

function writeNotebook(notebook: Notebook, folder: string, name: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, name);
  const draft = `${file}.${process.pid}.draft`;
  fs.writeFileSync(draft, `${JSON.stringify(notebook, null, 1)}\n`);
  fs.renameSync(draft, file);
}

/** Shows a run as it goes: where it is, what it prints, and how it ends. */
class Screen {
  private cell = -1;
  private failure: Extract<RunEvent, { event: 'error' }> | undefined;
  private readonly numbers: Map<number, number>;
  private lineOpen = false;

  constructor(
    private readonly name: string,
    notebook: Notebook,
    private readonly quiet: boolean,
  ) {
    const code = notebook.cells.flatMap((cell, index) =>
      cell.cell_type === 'code' && sourceOf(cell).trim() ? index : [],
    );
    this.numbers = new Map(code.map((index, k) => [index, k + 1]));
  }

  begin(): void {
    if (!this.quiet) console.log(`${this.name}: ${this.numbers.size} code cells`);
  }

  show(event: RunEvent): void {
    switch (event.event) {
      case 'cell':
        this.cell = event.cell;
        break;
      case 'stream':
        this.print(event.text, event.name === 'stderr' ? process.stderr : process.stdout);
        break;
      case 'output': {
        const text = event.data['text/plain'];
        if (text !== undefined) this.print(`${Array.isArray(text) ? text.join('') : text}\n`, process.stdout);
        break;
      }
      case 'error':
        this.cell = event.cell;
        this.failure = event;
        break;
      case 'timeout':
        this.complain(
          event.whole
            ? `the notebook took longer than ${event.seconds} s; it was in ${this.where()}`
            : `${this.where()} took longer than ${event.seconds} s and was interrupted`,
        );
        break;
      case 'died':
        this.complain(`the kernel died in ${this.where()}: ${event.message}`);
        break;
      case 'stopped':
        this.complain(`stopped by the user in ${this.where()}`);
        break;
    }
  }

  end(ok: boolean, time: string): void {
    if (ok) {
      if (!this.quiet) this.print(`✔ ${this.name}: all cells ran, ${time}\n`, process.stdout);
      return;
    }
    const { failure } = this;
    if (!failure) return;
    const [, line] = /^(?:.*[ (])?cell \d+:(\d+):\d+/m.exec(failure.traceback.join('\n')) ?? [];
    const place = line === undefined ? '' : `, line ${line}`;
    this.complain(`${this.where()}${place} failed with ${failure.ename}: ${failure.evalue}`);
    process.stderr.write(`${failure.traceback.map((text) => `    ${text}`).join('\n')}\n`);
  }

  private where(): string {
    return this.cell < 0 ? 'no cell yet' : `cell ${this.numbers.get(this.cell) ?? '?'} of ${this.numbers.size}`;
  }

  private print(text: string, stream: NodeJS.WriteStream): void {
    if (this.quiet || text === '') return;
    this.lineOpen = !text.endsWith('\n');
    stream.write(text);
  }

  private complain(text: string): void {
    process.stderr.write(`${this.lineOpen ? '\n' : ''}✘ ${this.name}: ${text}\n`);
    this.lineOpen = false;
  }
}
