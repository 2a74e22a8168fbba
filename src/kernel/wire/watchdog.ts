import { FLAG, PHASE } from '../shared';

/** How often to look, and for how long nothing may happen, in milliseconds. */
const LOOK = 500;
const LIMIT = 2500;
/** A process that uses less than this share of a processor is asleep. */
const ASLEEP = 0.05;

/**
 * Notices a cell thread that hears no messages although it has nothing to do: a cell has taken away what it hears with.
 *
 * @param posted how many messages were sent to it
 * @param die ends the process with a reason
 */
export function watchCellThread(flags: Int32Array, posted: () => number, die: (reason: string) => void): void {
  let deafSince: number | undefined;
  let used = process.cpuUsage();
  setInterval(() => {
    const isDeaf = Atomics.load(flags, FLAG.heard) < posted() && Atomics.load(flags, FLAG.phase) === PHASE.betweenCells;
    const now = performance.now();
    if (!isDeaf) {
      deafSince = undefined;
      return;
    }
    if (deafSince === undefined) {
      deafSince = now;
      used = process.cpuUsage();
      return;
    }
    if (now - deafSince < LIMIT) return;
    const { user, system } = process.cpuUsage(used);
    if ((user + system) / 1000 < ASLEEP * (now - deafSince))
      die('it hears no messages any more: a cell has changed what it listens with');
    deafSince = undefined;
  }, LOOK).unref();
}
