'use strict';
// The steps from a fresh clone to a working one, in order. Each is skipped when its stamp says that it is done.
const { SetupFailure } = require('./failure');
const { checkDisk, checkNode, checkPlatform, findCompiler, findPython } = require('./steps/prerequisites');
const npmPackages = require('./steps/npmPackages');
const pythonPackages = require('./steps/pythonPackages');
const tensorflowAddOn = require('./steps/tensorflowAddOn');
const library = require('./steps/library');

/**
 * @param {{tests?: boolean, gpu?: boolean}} [options] `tests`: also what only the tests need; `gpu`: TensorFlow with CUDA
 */
async function setUp({ tests = false, gpu = process.env['RELUCTANT_GPU'] === '1' } = {}) {
  checkNode();
  checkPlatform();
  const steps = [npmPackages, pythonPackages.runtime({ gpu }), tensorflowAddOn, library];
  if (tests) steps.push(pythonPackages.tests());
  const open = steps.filter((step) => !step.isDone());
  if (open.includes(tensorflowAddOn)) findCompiler();
  if (open.some((step) => step !== library)) {
    findPython();
    checkDisk();
  }
  for (const [k, step] of steps.entries())
    if (!step.isDone()) await show(`[${k + 1}/${steps.length}] ${step.title}`, step.perform);
}

/** Runs a step and shows that it lives: one line that changes on a terminal, a start and an end elsewhere.
 * @param {string} title @param {(tick: (line: string) => void) => Promise<void>} perform */
async function show(title, perform) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(0)} s`;
  const terminal = process.stdout.isTTY;
  let last = '';
  const draw = () =>
    process.stdout.write(`\r\x1b[2K${`${title} … ${seconds()}  ${last}`.slice(0, (process.stdout.columns || 80) - 1)}`);
  const timer = terminal ? setInterval(draw, 200) : setInterval(() => console.log(`${title} … ${seconds()}`), 20_000);
  if (!terminal) console.log(`${title} …`);
  try {
    await perform((line) => {
      last = line;
    });
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write('\r\x1b[2K');
  }
  console.log(`${title}: done in ${seconds()}`);
}

/** Runs a command of package.json: set-up first, then `job`; failures become one message and a non-zero exit.
 * @param {{tests?: boolean, gpu?: boolean}} options @param {() => Promise<number> | number} job returns the exit code */
async function command(options, job) {
  try {
    await setUp(options);
    process.exitCode = await job();
  } catch (error) {
    if (!(error instanceof SetupFailure)) throw error;
    console.error(`\nSet-up stopped: ${error.message}`);
    if (error.fix) console.error(`  What to do: ${error.fix}`);
    if (error.log) console.error(`  Details: ${error.log}`);
    process.exitCode = 1;
  }
}

module.exports = { command, setUp };
