'use strict';
// Shows that a step lives: one line that changes on a terminal, a line now and then elsewhere.
const RHYTHM = { terminal: 200, elsewhere: 20_000 }; // ms

/**
 * @param {string} title @param {string} reason why the step is performed
 * @param {(tick: import('./run').Tick) => Promise<void>} perform
 */
async function show(title, reason, perform) {
  const started = Date.now();
  const terminal = process.stdout.isTTY;
  let last = '';
  let done = 0;
  const line = () => {
    const seconds = (Date.now() - started) / 1000;
    const left = done > 0.05 ? `, about ${Math.ceil((seconds * (1 - done)) / done)} s left` : '';
    return `${title} … ${seconds.toFixed(0)} s${left}`;
  };
  const draw = () =>
    process.stdout.write(`\r\x1b[2K${`${line()}  ${last}`.slice(0, (process.stdout.columns || 80) - 1)}`);
  const report = () => console.log(line());
  const timer = terminal ? setInterval(draw, RHYTHM.terminal) : setInterval(report, RHYTHM.elsewhere);
  console.log(`${title} … (${reason})`);
  try {
    await perform((text, share) => {
      last = text.replace(/[^ -~]/g, '');
      done = share ?? done;
    });
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write('\r\x1b[2K');
  }
  console.log(`${title}: done in ${((Date.now() - started) / 1000).toFixed(0)} s`);
}

module.exports = { show };
