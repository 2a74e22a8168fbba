// npm run bench:trials [-- --trials 10000] [--workers 2]: a sweep of trivial trials: whether the driver's memory stays flat, how large the ledger becomes,
// and how long listing it takes. Exits with 1 where memory grows by more than 64 MB after the first tenth, the ledger passes 100 MB (at 10,000
// trials), listing takes a second, or a trial is lost or twice.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { TrialLedger } from '../src/ledger';
import { Table } from '../src/tables';
import { search } from '../src/trials';
import { filesIn } from './filesIn';

const { values: flags } = parseArgs({
  options: {
    trials: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '2' },
    program: { type: 'string', default: path.join(__dirname, '..', 'tests', 'trials', 'sample.ts') },
  },
});
const megabytes = (bytes: number) => bytes / 1e6;

async function main(): Promise<void> {
  const trials = Number(flags.trials);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'trials-'));
  const ledger = path.join(folder, 'ledger.jsonl');
  process.env['RELUCTANT_LEDGER'] = ledger;
  const memory: { done: number; bytes: number }[] = [];
  try {
    const begun = performance.now();
    const swept = await search(
      path.resolve(flags.program),
      { learningRate: { log: [1e-4, 1e-1] } },
      {
        folder: path.join(folder, 'sweep'),
        trials,
        workers: Number(flags.workers),
        freshSeeds: 0,
        setting: { epochs: 1, batchSize: 64 },
        onProgress: ({ done }) => {
          if (done % Math.ceil(trials / 50) === 0) memory.push({ done, bytes: process.memoryUsage().rss });
        },
      },
    );
    const seconds = (performance.now() - begun) / 1000;
    // What settled in the first tenth against the most of the last tenth.
    const between = (from: number, to: number) =>
      Math.max(...memory.filter(({ done }) => done > from * trials && done <= to * trials).map(({ bytes }) => bytes));
    const growth = megabytes(between(0.9, 1) - between(0, 0.1));
    const again = performance.now();
    const noted = TrialLedger.open(ledger).trials;
    const listing = (performance.now() - again) / 1000;
    const size = megabytes(fs.statSync(ledger).size);
    const isOnce = noted.length === trials && swept.trials.length === trials;
    const row = {
      trials,
      'seconds in all': seconds,
      'ms per trial': (1000 * seconds) / trials,
      'driver, MB after a tenth': megabytes(between(0, 0.1)),
      'driver, MB at the end': megabytes(between(0.9, 1)),
      'ledger, MB': size,
      'listing the ledger, s': listing,
      'KB on disk per trial': filesIn(path.join(folder, 'sweep')).bytes / 1000 / trials,
      'each in the ledger once': String(isOnce),
    };
    console.log(new Table([row], { title: 'a sweep of trivial trials' }).toString());
    if (!isOnce || growth > 64 || (size * 10_000) / trials > 100 || listing > 1) process.exitCode = 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

void main();
