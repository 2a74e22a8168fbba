'use strict';
// The steps from a fresh clone to a working one, in order. Each is skipped when its stamp says that it is done.
const fs = require('node:fs');
const { readChoices, remember } = require('./choices');
const { asFailure } = require('./failure');
const { acquire } = require('./lock');
const { root, scratch } = require('./places');
const { show } = require('./progress');
const { stopAll } = require('./run');
const { checkAll, checkDisk, checkLibc, checkPlatform, findCompiler, findPython } = require('./steps/prerequisites');
const npmPackages = require('./steps/npmPackages');
const pythonPackages = require('./steps/pythonPackages');
const tensorflowAddOn = require('./steps/tensorflowAddOn');
const library = require('./steps/library');
const kernelspec = require('./steps/kernelspec');

/** @typedef {{title: string, gigabytes: number, reason: () => string | undefined,
 *   perform: (tick: import('./run').Tick) => Promise<void>}} Step `reason`: why it is to be performed, if it is */

/** @param {{tests: boolean, cluster: boolean, gpu: boolean}} options @returns {Step[]} */
const stepsFor = ({ tests, cluster, gpu }) => [
  npmPackages,
  pythonPackages.runtime({ gpu }),
  tensorflowAddOn,
  library,
  kernelspec,
  ...(tests ? [pythonPackages.tests({ gpu })] : []),
  ...(cluster ? [pythonPackages.cluster()] : []),
];

/**
 * Brings the clone to where everything works.
 * @param {{tests?: boolean, cluster?: boolean, gpu?: boolean}} [options] `tests`: also what only the tests need; `cluster`: also Ray;
 *   `gpu`: TensorFlow with CUDA
 */
async function setUp({ tests = false, cluster = false, gpu = false } = {}) {
  checkPlatform({ gpu });
  const steps = stepsFor({ tests, cluster, gpu });
  if (steps.every((step) => !step.reason())) return;
  fs.accessSync(root, fs.constants.W_OK); // a clear code; making folders on a read-only file system says "not found"
  const giveBack = await acquire(({ pid }) =>
    console.log(`Another set-up runs here (process ${pid}); waiting for it …`),
  );
  try {
    fs.rmSync(scratch, { recursive: true, force: true });
    checkPrerequisites(steps);
    for (const [k, step] of steps.entries()) {
      const reason = step.reason();
      if (reason) await show(`[${k + 1}/${steps.length}] ${step.title}`, reason, step.perform);
    }
  } finally {
    giveBack();
  }
}

/** Asks for everything that the open steps need before the first of them starts. @param {Step[]} steps */
function checkPrerequisites(steps) {
  const open = steps.filter((step) => step.reason());
  const gigabytes = open.reduce((sum, step) => sum + step.gigabytes, 0);
  const checks = [() => checkDisk(gigabytes)];
  // The packages hold the add-on and what it links to: when they are made anew, so is it.
  if (open.some((step) => step !== library && step !== kernelspec)) checks.push(checkLibc, findPython, findCompiler);
  checkAll(checks);
}

/**
 * Runs a command of package.json: set-up first, then `job`; failures become one message and a non-zero exit.
 * @param {{tests?: boolean, cluster?: boolean}} options @param {(args: string[]) => Promise<number> | number} job gets the command line
 *   without set-up's own flags (--gpu, --cpu) and returns the exit code
 */
async function command({ tests = false, cluster = false }, job) {
  const { gpu, rest } = readChoices(process.argv.slice(2));
  const stop = async () => {
    process.stdout.write(`${process.stdout.isTTY ? '\r\x1b[2K' : ''}`);
    console.error('Stopped. The same command goes on where it was.');
    silent = true;
    await stopAll();
    process.exit(130);
  };
  let silent = false;
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
  for (const name of signals) process.once(name, stop);
  try {
    await setUp({ tests, cluster, gpu });
    remember({ gpu });
  } catch (error) {
    if (silent) return;
    const { message, fix, log } = asFailure(error);
    console.error(`\nSet-up stopped: ${message}`);
    if (fix) console.error(`  What to do: ${fix}`);
    if (log) console.error(`  Details: ${log}`);
    process.exitCode = 1;
    return;
  } finally {
    if (!silent) for (const name of signals) process.removeListener(name, stop);
  }
  process.exitCode = await job(rest);
}

module.exports = { command, setUp };
