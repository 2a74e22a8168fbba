import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** The clone. */
export const ROOT = path.resolve(__dirname, '..', '..');

/** A cell: code, or code with a tag. */
export type CellText = string | { tag: string; code: string };

/** A temporary folder for notebooks and what becomes of them. */
export class Desk {
  readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-cli-'));

  path(name: string): string {
    return path.join(this.folder, name);
  }

  /** Writes a notebook. @param kernel `reluctant`, or `python3` where only nbclient matters: it starts sooner */
  notebook(name: string, cells: CellText[], kernel = 'reluctant'): string {
    const file = this.path(name);
    const language = kernel === 'python3' ? 'python' : 'typescript';
    const content = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: kernel, display_name: kernel, language }, language_info: { name: language } },
      cells: cells.map((cell, k) => ({
        cell_type: 'code',
        id: `cell-${k}`,
        metadata: typeof cell === 'string' ? {} : { tags: [cell.tag] },
        source: typeof cell === 'string' ? cell : cell.code,
        outputs: [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run' }],
        execution_count: 7,
      })),
    };
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, JSON.stringify(content));
    return file;
  }

  /** The text of a file. */
  read(name: string): string {
    return fs.readFileSync(this.path(name), 'utf8');
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** How a program ended. */
export interface Ended {
  code: number | null;
  out: string;
  errors: string;
}

/** Runs a program. @param watch called with what it has printed so far */
export function call(
  command: string,
  args: string[],
  options: {
    cwd?: string;
    env?: NodeJS.ProcessEnv;
    watch?: (out: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ended> {
  const child = spawn(command, args, { cwd: options.cwd ?? ROOT, env: { ...process.env, ...options.env } });
  let [out, errors] = ['', ''];
  child.stdin.end();
  child.stdout.on('data', (chunk) => {
    out += chunk;
    options.watch?.(out, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, errors }));
  });
}

/** Runs the `reluctant` command. */
export function reluctant(args: string[], options: Parameters<typeof call>[2] = {}): Promise<Ended> {
  return call(process.execPath, [path.join(ROOT, 'bin', 'reluctant.js'), ...args], options);
}
