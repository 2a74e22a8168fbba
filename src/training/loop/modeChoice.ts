import { type CompiledLoop, type GraphMode, readModeNotes, writeModeNotes } from '../../compile';
import { ReluctantError } from '../../core';
import { formatDuration } from '../../tables';
import type { TrainingStepInputs } from '../step/batch';

type Loop = Pick<CompiledLoop<TrainingStepInputs>, 'operations' | 'hasConvolutions' | 'stepKey' | 'lineOf'>;

/** Share of the planned run that finding the fastest mode may take, and seconds that it may take in any case. */
const SHARE = 0.05;
const LEAST_SECONDS = 2;

/** Above this a step takes so long that the loop around it does not matter, and both ways of XLA are worth a try. */
const LONG_STEP = 0.002;

/** What XLA took to compile steps of 140 to 1,500 operations on 2 cores: about 4 ms an operation after 0.3 s. */
const compileSeconds = (operations: number) => 0.3 + 0.004 * operations;

/**
 * The fastest mode of a step: by what it holds, then measured as long as that costs a small share of the run. What was measured is
 * noted, and not measured again by the next run of the same step.
 *
 * @param measure seconds a step takes in a mode; throws if the mode cannot run it.
 */
export function chooseMode(
  loop: Loop,
  plannedSteps: number,
  measure: (mode: GraphMode) => number,
): { mode: GraphMode; reason: string } {
  const start = performance.now();
  const key = loop.stepKey;
  const notes = readModeNotes(key);
  const { seconds, failed } = notes;
  const isNew = Object.keys(seconds).length === 0;
  seconds.graph ??= measure('graph');
  const planned = seconds.graph * plannedSteps;
  const budget = Math.max(LEAST_SECONDS, SHARE * planned);
  const compile = compileSeconds(loop.operations);
  let tooLong = '';
  for (const mode of candidates(loop, seconds.graph)) {
    if (seconds[mode] !== undefined || failed[mode] !== undefined) continue;
    const spent = (performance.now() - start) / 1000;
    if (2 * compile > planned || spent + compile > budget) {
      tooLong = `the run takes at most ${formatDuration(planned)}; XLA would take about ${formatDuration(compile)} to compile`;
      continue;
    }
    try {
      seconds[mode] = measure(mode);
    } catch (error) {
      if (error instanceof ReluctantError) throw error;
      failed[mode] = whyNotXLA(loop, error);
    }
  }
  writeModeNotes(key, notes);
  const measured = (Object.entries(seconds) as [GraphMode, number][]).sort(([, a], [, b]) => a - b);
  const mode = measured[0]![0];
  const times = measured.map(([each, time]) => `${microseconds(time)} per step ${WAYS[each]}`).join(', ');
  if (measured.length > 1) {
    return { mode, reason: `measured ${isNew ? 'before the first epoch' : 'in a run before'}: ${times}` };
  }
  return { mode, reason: Object.values(failed)[0] ?? (tooLong || `it is the only mode that was tried: ${times}`) };
}

const WAYS: Readonly<Record<GraphMode, string>> = {
  graph: 'as a graph',
  xla: 'compiled by XLA',
  'xla-step': 'compiled by XLA step by step',
};

const microseconds = (seconds: number) => `${(seconds * 1e6).toFixed(seconds < 1e-4 ? 1 : 0)} µs`;

/** Modes worth a try beside `graph`, the most promising first. */
function candidates({ hasConvolutions }: Loop, graphSeconds: number): GraphMode[] {
  if (hasConvolutions) return ['xla-step'];
  return graphSeconds < LONG_STEP ? ['xla'] : ['xla', 'xla-step'];
}

/** Why XLA cannot compile a step, in terms of the step. */
export function whyNotXLA(loop: Pick<Loop, 'lineOf'>, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/RESOURCE_EXHAUSTED|out of memory|bad_alloc/i.test(text)) {
    return 'XLA cannot compile the step: it needs more memory than there is; a smaller batch needs less';
  }
  const operation = text.match(
    /unsupported operations[^:]*:\s*(\w+)|No registered '(\w+)'|operation '?(\w+)'? is not/i,
  );
  const name = operation?.slice(1).find((each) => each !== undefined);
  if (name) {
    const line = loop.lineOf(name);
    return `XLA cannot compile the step: it has no code for the operation ${name}${line ? `, called at ${line}` : ''}`;
  }
  return `XLA cannot compile the step: ${text.split('\n')[0]!.slice(0, 300)}`;
}
