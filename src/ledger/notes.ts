import { randomUUID } from 'node:crypto';
import * as os from 'node:os';
import { ReluctantError } from '../core';
import { appendLine, type BegunLine, type EndedLine, type LedgerLine } from './lines';
import { ledgerFile } from './place';

const VERSION = (require('../../package.json') as { version: string }).version;

/** A training that is noted in the ledger of this process. */
export interface NotedTrial {
  /** Its id; undefined when no ledger is kept. */
  readonly id: string | undefined;
  /** Notes how it ended; a second call changes nothing. */
  end(how: Pick<EndedLine, 'status' | 'reason' | 'epochs' | 'seconds'>): void;
}

/**
 * Notes that a training begins. The trainer calls it before its first step, so that one that is killed counts as well. Where the
 * ledger cannot be written, training goes on with a warning: verdicts refuse such a trial, which is not in it.
 *
 * @param named a name that it has already: a run that was killed and goes on, or begins again, was tried once.
 */
export function noteTrial(
  describe: () => Omit<BegunLine, 'event' | 'trial' | 'time' | 'host' | 'version'>,
  named?: string,
): NotedTrial {
  const file = ledgerFile();
  if (file === undefined) return { id: undefined, end: () => undefined };
  const id = named ?? randomUUID();
  const time = () => new Date().toISOString();
  const begun = {
    event: 'begun',
    trial: id,
    time: time(),
    host: os.hostname(),
    version: VERSION,
    ...describe(),
  } as const;
  if (!written(file, begun)) return { id: undefined, end: () => undefined };
  let ended = false;
  return {
    id,
    end(how) {
      if (ended) return;
      ended = true;
      written(file, { event: 'ended', trial: id, time: time(), ...how });
    },
  };
}

/** Adds a line, or warns that it cannot. */
function written(file: string, line: LedgerLine): boolean {
  try {
    appendLine(file, line);
    return true;
  } catch (error) {
    if (!(error instanceof ReluctantError)) throw error;
    console.warn(`${error.message} — training goes on without`);
    return false;
  }
}
