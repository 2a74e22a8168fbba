import { type ChildProcess, spawn } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';

const { root, python } = require('../setup/places.js') as { root: string; python: string };

/** What each side was started with, before TensorFlow put its own settings into this process. */
const environment = { ...process.env };

/** What one side says of one measurement. Seconds are per step. */
export interface Answer {
  secondsPerStep: number;
  /** Processor time of all its threads, which other work on the machine does not change much. */
  cpuSecondsPerStep: number;
  /** Resident set, bytes. */
  memory: number;
}

/** A process that answers one line of JSON with another; each side of a race has its own, so that its memory is its own. */
export class Side {
  private readonly process: ChildProcess;
  private waiting: ((line: string) => void) | undefined;
  private said = '';

  constructor(language: 'typescript' | 'python') {
    const [command, args] =
      language === 'typescript'
        ? [process.execPath, ['--import', 'tsx', path.join(__dirname, 'contender.ts')]]
        : [python, [path.join(__dirname, 'contender.py')]];
    this.process = spawn(command, args, { cwd: root, stdio: 'pipe', env: environment });
    this.process.stderr!.on('data', (text) => {
      this.said = `${this.said}${text}`.slice(-2000);
    });
    readline.createInterface({ input: this.process.stdout! }).on('line', (line) => this.waiting?.(line));
    const ended = () => this.waiting?.(JSON.stringify({ error: `the process ended: ${this.said}` }));
    this.process.on('exit', ended).on('error', ended);
  }

  async ask(request: object): Promise<Answer> {
    const answer = new Promise<string>((resolve) => {
      this.waiting = resolve;
    });
    this.process.stdin!.write(`${JSON.stringify(request)}\n`);
    const { error, ...rest } = JSON.parse(await answer);
    if (error) throw new Error(`${JSON.stringify(request)}: ${error}`);
    return rest;
  }

  end(): void {
    this.process.stdin!.end();
  }
}
