/** What the exit code of every `reluctant` command means; `reluctant --help` prints this list. */
export const EXIT = {
  ok: 0,
  /** A cell failed, a claim did not hold, a recorded number moved, or a check found something. */
  failed: 1,
  /** The command line was wrong: nothing was run. */
  usage: 2,
  /** Something on this machine is missing or broken (the kernel, a Python package): nothing was run. */
  environment: 3,
  /** `reluctant trial`: the setting itself fails, and would again (EX_DATAERR of sysexits.h). */
  doNotRetry: 65,
  /** A time limit was reached (the code of `timeout(1)`). */
  timeout: 124,
  /** Stopped by Ctrl-C (128 + SIGINT, as shells report it). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
