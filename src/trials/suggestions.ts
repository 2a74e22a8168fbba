import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { ReluctantError } from '../core';
import { clusterPython, ROOT } from './clusterPython';
import { type PlannedTrial, settingOf } from './plan';
import type { Space } from './space';

/**
 * Settings that the tree-structured Parzen estimator of Optuna suggests, in batches (Bergstra et al. 2011): it is told what a batch cost before it
 * is asked for the next, so that the same seed gives the same settings however many processes train them.
 */
export class Suggestions {
  private readonly optuna: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private errors = '';

  /** @throws ReluctantError `python-package-missing`. */
  constructor(
    private readonly space: Space,
    seed: number,
  ) {
    this.optuna = spawn(clusterPython('optuna'), [path.join(ROOT, 'python', 'cluster', 'suggest.py')]);
    this.optuna.stdin.on('error', () => undefined);
    this.optuna.stderr.on('data', (text) => {
      this.errors += text;
    });
    this.answers = readline.createInterface({ input: this.optuna.stdout })[Symbol.asyncIterator]();
    this.say({ seed, space: Object.values(space) });
  }

  private say(request: object): void {
    this.optuna.stdin.write(`${JSON.stringify(request)}\n`);
  }

  /** So many settings; a list may give the same twice. @throws ReluctantError `suggestions-failed`. */
  async ask(count: number): Promise<PlannedTrial[]> {
    this.say({ ask: count });
    const { value, done } = await this.answers.next();
    if (done) {
      throw new ReluctantError({
        code: 'suggestions-failed',
        operation: 'sweep',
        problem: `Optuna suggested no settings: ${this.errors.trim().split('\n').at(-1) ?? ''}`,
        fix: 'the same call goes on with what is finished; another method needs no Optuna',
      });
    }
    const dimensions = Object.values(this.space);
    return (JSON.parse(value) as number[][]).map((places) =>
      settingOf(
        Object.keys(this.space),
        places.map((place, k) => {
          const dimension = dimensions[k]!;
          return Array.isArray(dimension) ? dimension[place] : place;
        }),
      ),
    );
  }

  /** What the settings asked for last cost, in their order: less is better; NaN of one that failed. */
  tell(costs: readonly number[]): void {
    this.say({ tell: costs.map((cost) => (Number.isFinite(cost) ? cost : null)) });
  }

  close(): void {
    this.optuna.stdin.end();
  }
}
