import type { BegunLine, EndedLine, LedgerLine } from './lines';

/** A training that was begun, and what is known of it. */
export interface Trial extends Omit<BegunLine, 'event' | 'time' | 'trial'> {
  /** By which it is called. */
  id: string;
  /** ISO time of its begin. */
  begun: string;
  /** `unfinished`: it was begun and never said how it ended, as when its process was killed. It counts as tried. */
  status: EndedLine['status'] | 'unfinished';
  reason: string;
  /** Epochs that were trained. */
  trained: number;
  seconds: number;
  /** Returns by the name of the strategy. */
  strategies: ReadonlyMap<string, Float64Array>;
}

/** Trials out of lines, in the order in which they were begun. Lines that came twice, from copies of one ledger, count once. */
export function trialsOf(lines: readonly LedgerLine[]): Map<string, Trial> {
  const trials = new Map<string, Trial & { strategies: Map<string, Float64Array> }>();
  for (const line of lines) {
    if (line.event !== 'begun' || trials.has(line.trial)) continue;
    const { event: _, trial: id, time: begun, ...rest } = line;
    trials.set(id, {
      ...rest,
      id,
      begun,
      status: 'unfinished',
      reason: '',
      trained: 0,
      seconds: 0,
      strategies: new Map(),
    });
  }
  for (const line of lines) {
    const trial = trials.get(line.trial);
    if (!trial || line.event === 'begun') continue;
    if (line.event === 'ended') {
      const { status, reason, epochs: trained, seconds } = line;
      Object.assign(trial, { status, reason, trained, seconds });
    } else trial.strategies.set(line.strategy, Float64Array.from(line.returns));
  }
  return new Map([...trials].sort(([, a], [, b]) => (a.begun < b.begun ? -1 : a.begun > b.begun ? 1 : 0)));
}
