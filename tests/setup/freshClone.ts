// A real clone of this repository's last commit, for the slow suites.
import { execFileSync, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');

/** How a command ended, and all that it printed. */
export interface Ending {
  status: number | null;
  text: string;
  seconds: number;
}

export class FreshClone {
  readonly folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'fresh-')), 'reluctant');

  constructor() {
    execFileSync('git', ['clone', '--quiet', ROOT, this.folder]);
  }

  path(...names: string[]): string {
    return path.join(this.folder, ...names);
  }

  /** Starts a command as one would type it there. */
  start(command: string, env: NodeJS.ProcessEnv = {}): { kill(): void; ending: Promise<Ending> } {
    const began = Date.now();
    const [program = '', ...args] = command.split(' ');
    const outer = Object.entries(process.env).filter(
      ([name]) => !/^(npm_|NODE_)/.test(name) || name === 'NODE_EXTRA_CA_CERTS',
    );
    const child = spawn(program, args, {
      cwd: this.folder,
      env: { ...Object.fromEntries(outer), CI: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
      });
    const ending = new Promise<Ending>((resolve) =>
      child.on('close', (status) => resolve({ status, text, seconds: (Date.now() - began) / 1000 })),
    );
    return { kill: () => child.kill('SIGKILL'), ending };
  }

  run(command: string, env: NodeJS.ProcessEnv = {}): Promise<Ending> {
    return this.start(command, env).ending;
  }

  /** The processes that work inside the clone, but for those of the tests. */
  processes(): number[] {
    return fs
      .readdirSync('/proc')
      .map(Number)
      .filter(Number.isInteger)
      .filter((pid) => {
        try {
          return fs.readlinkSync(`/proc/${pid}/cwd`).startsWith(this.folder);
        } catch {
          return false;
        }
      });
  }

  dispose(): void {
    fs.rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}
