import { randomUUID } from 'node:crypto';
import * as os from 'node:os';
import { appendLine, type BegunLine, type EndedLine } from './lines';
import { ledgerFile } from './place';

const VERSION = (require('../../package.json') as { version: string }).version;

/** A training that is noted in the ledger of this process. */
export interface NotedTrial {
  /** Its id; undefined when no ledger is kept. */
  readonly id: string | undefined;
  /** Notes how it ended; a second call changes nothing. */
  end(how: Pick<EndedLine, 'status' | 'reason' | 'epochs' | 'seconds'>): void;
}

/** Notes that a training begins. The trainer calls it before its first step, so that one that is killed counts as well. */
export function noteTrial(
  describe: () => Omit<BegunLine, 'event' | 'trial' | 'time' | 'host' | 'version'>,
): NotedTrial {
  const file = ledgerFile();
  if (file === undefined) return { id: undefined, end: () => undefined };
  const id = randomUUID();
  const time = () => new Date().toISOString();
  appendLine(file, { event: 'begun', trial: id, time: time(), host: os.hostname(), version: VERSION, ...describe() });
  let ended = false;
  return {
    id,
    end(how) {
      if (ended) return;
      ended = true;
      appendLine(file, { event: 'ended', trial: id, time: time(), ...how });
    },
  };
}
