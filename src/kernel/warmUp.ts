/** How long one go may take, in milliseconds: a request that comes meanwhile waits no longer. */
const GO = 10;
/** How long to stay away when there is other work to do, in milliseconds. */
const PAUSE = 100;

// The timers of cells are others: they belong to their cells.
const nextTurn = setImmediate;
const startTimer = setTimeout;

/**
 * Calls `step` whenever the kernel has nothing else to do, until it returns true. Most notebooks are opened a while before
 * their first cell is run.
 */
export function whileIdle(step: () => boolean, isIdle: () => boolean): void {
  const go = (): void => {
    if (!isIdle()) {
      startTimer(go, PAUSE).unref();
      return;
    }
    const end = performance.now() + GO;
    while (performance.now() < end) if (step()) return;
    nextTurn(go);
  };
  startTimer(go, PAUSE).unref();
}
