'use strict';
// What `npm test` starts under the loaders that tests need: test files side by side, then those that measure time one by one, under one
// closing count. The files are arguments.
const os = require('node:os');
const { Readable } = require('node:stream');
const { run } = require('node:test');
const { spec } = require('node:test/reporters');

/** Tests that look at the clock while another process works for them, or at what all of this machine's Jupyter shares. */
const ALONE =
  /^tests[\\/](kernels|setup|kernel[\\/](hostile|reports)|cli[\\/]kernel|inspection[\\/]memory|trials[\\/]search|training[\\/]stream|notebook[\\/]explorer[\\/]live)/;

/** Lines that end the report of a run: how many of each kind there were. */
const CLOSING = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) ([\d.]+)$/;

/** @param {readonly { files: string[], concurrency: number }[]} groups */
async function* events(groups) {
  const totals = /** @type {Map<string, number>} */ (new Map());
  for (const { files, concurrency } of groups.filter((group) => group.files.length > 0)) {
    for await (const event of run({ files, concurrency })) {
      const [, kind, count] = (event.type === 'test:diagnostic' && CLOSING.exec(event.data.message)) || [];
      if (kind !== undefined && event.data.nesting === 0) totals.set(kind, (totals.get(kind) ?? 0) + Number(count));
      else if (event.type !== 'test:summary') yield event;
    }
  }
  for (const [kind, count] of totals)
    yield { type: 'test:diagnostic', data: { nesting: 0, message: `${kind} ${count}`, level: 'info' } };
  const isWell = (totals.get('tests') ?? 0) > 0 && !totals.get('fail') && !totals.get('cancelled');
  process.exitCode = isWell ? 0 : 1;
}

const files = process.argv.slice(2);
const together = Number(process.env['RELUCTANT_TEST_CONCURRENCY']) || Math.min(2, os.availableParallelism());
const groups = [
  { files: files.filter((file) => !ALONE.test(file)), concurrency: together },
  { files: files.filter((file) => ALONE.test(file)), concurrency: 1 },
];
Readable.from(events(groups)).compose(new spec()).pipe(process.stdout);
