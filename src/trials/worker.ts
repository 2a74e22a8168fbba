import { asNotWritten } from '../core';
import type { Setting } from '../programs';
import type { PlannedTrial } from './plan';
import { runTrial, type TrialResult } from './trial';

/** What the driver asks of a worker. */
export type Request =
  | { kind: 'begin'; module: string; base: Setting; folder: string; cwd: string }
  | { kind: 'trial'; trial: PlannedTrial; epochs?: number }
  | { kind: 'stop' };

/** What a worker tells. */
export type Answer =
  | { kind: 'ready' }
  | { kind: 'done'; id: string; result: TrialResult }
  | { kind: 'stopped'; id: string }
  | { kind: 'broken'; id: string; message: string };

/** A process that trains one trial after the other, so that what takes long at the start is done once. It ends with its driver. */
function work(): void {
  const abort = new AbortController();
  let begun: Extract<Request, { kind: 'begin' }> | undefined;
  let queue = Promise.resolve();
  const say = (answer: Answer) => process.send?.(answer);
  const stop = () => {
    abort.abort();
    // A training ends after its step, and is kept; then there is nothing left to wait for.
    queue = queue.then(() => process.exit(0));
  };
  const run = async ({ trial, epochs }: Extract<Request, { kind: 'trial' }>) => {
    if (!begun) throw new Error('a trial came before the program');
    const { id } = trial;
    try {
      const { module, base, folder } = begun;
      const result = await runTrial(module, base, trial, folder, { signal: abort.signal }, epochs);
      say(result ? { kind: 'done', id, result } : { kind: 'stopped', id });
    } catch (error) {
      say({ kind: 'broken', id, message: String((asNotWritten(error) ?? (error as Error)).message) });
    }
  };
  process.on('message', (request: Request) => {
    if (request.kind === 'begin') {
      begun = request;
      process.chdir(request.cwd);
      say({ kind: 'ready' });
    } else if (request.kind === 'stop') stop();
    else queue = queue.then(() => run(request));
  });
  // A driver that was killed leaves its trials for the next one.
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  // Ctrl-C in a terminal reaches workers as well; the driver decides.
  process.on('SIGINT', () => undefined);
}

if (require.main === module) work();
