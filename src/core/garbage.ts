import * as v8 from 'node:v8';
import * as vm from 'node:vm';

let collect: (() => void) | undefined;
let usedAfter: number | undefined;

const used = (): number => v8.getHeapStatistics().used_heap_size;

/**
 * Collects garbage. Node lets it pile up for hundreds of megabytes before it looks; a process that lives for weeks beside
 * others should look now and then, at moments when the tenth of a second that it takes is not felt.
 *
 * @example
 * collectGarbage();
 */
export function collectGarbage(): void {
  if (!collect) {
    v8.setFlagsFromString('--expose-gc');
    collect = vm.runInNewContext('gc') as () => void;
    v8.setFlagsFromString('--no-expose-gc');
  }
  // The first finds what is free, the second gives its pages back to the system.
  collect();
  collect();
  usedAfter = used();
}

/**
 * Collects garbage if the heap has grown since the last collection made here (or since the first call).
 *
 * @param megabytes how far it may grow, in 10^6 bytes.
 * @returns whether it was collected.
 *
 * @example
 * collectIfGrown(64);
 */
export function collectIfGrown(megabytes: number): boolean {
  usedAfter ??= used();
  if (used() - usedAfter <= megabytes * 1e6) return false;
  collectGarbage();
  return true;
}
