// npm run bench:sweep [-- --trials 64] [--epochs 8] [--batch-size 1] [--rounds 2] [--program FILE]: a sweep in one process and in two, in turns: how much
// faster two are, what a trial costs after the first, and whether both end with the same bits and every trial is in the ledger once. Exits with
// 1 where bits or the ledger differ; times are of the machine and its load, and only shown.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { TrialLedger } from '../src/ledger';
import { Table } from '../src/tables';
import { type Space, search } from '../src/trials';

const { values: flags } = parseArgs({
  options: {
    trials: { type: 'string', default: '64' },
    epochs: { type: 'string', default: '8' },
    'batch-size': { type: 'string', default: '1' },
    rounds: { type: 'string', default: '2' },
    program: { type: 'string', default: path.join(__dirname, '..', 'tests', 'trials', 'sample.ts') },
  },
});
const trials = Number(flags.trials);
const space: Space = { learningRate: { log: [1e-3, 1e-1] } };

/** One sweep in a folder and with a ledger of its own. */
async function measured(folder: string, workers: number) {
  const ledger = path.join(folder, 'trials.jsonl');
  process.env['RELUCTANT_LEDGER'] = ledger;
  const begun = performance.now();
  let first = begun;
  const swept = await search(path.resolve(flags.program), space, {
    folder,
    workers,
    trials,
    freshSeeds: 0,
    setting: { epochs: Number(flags.epochs), batchSize: Number(flags['batch-size']) },
    onProgress: ({ done }) => {
      if (done <= workers) first = performance.now();
    },
  });
  const end = performance.now();
  const noted = TrialLedger.open(ledger).trials;
  return {
    seconds: (end - begun) / 1000,
    millisecondsPerTrial: (end - first) / Math.max(1, trials - workers),
    bits: JSON.stringify(swept.trials.map(({ id, objective, last, lowest }) => ({ id, objective, last, lowest }))),
    isNotedOnce: noted.length === trials && noted.every(({ status }) => status === 'finished'),
  };
}

async function main(): Promise<void> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'sweep-'));
  const rows: Record<string, string | number>[] = [];
  try {
    for (let round = 1; round <= Number(flags.rounds); round++) {
      const load = os.loadavg()[0]!;
      const one = await measured(path.join(base, `${round}-one`), 1);
      const two = await measured(path.join(base, `${round}-two`), 2);
      const isSame = one.bits === two.bits && one.isNotedOnce && two.isNotedOnce;
      if (!isSame) process.exitCode = 1;
      rows.push({
        round,
        'load before': load,
        'one, s': one.seconds,
        'two, s': two.seconds,
        'times faster': one.seconds / two.seconds,
        'one: ms per trial after the first': one.millisecondsPerTrial,
        'same bits, each in the ledger once': String(isSame),
      });
    }
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
  console.log(
    new Table(rows, {
      title: `${trials} trials of ${flags.epochs} epochs, ${flags['batch-size']} rows per step`,
    }).toString(),
  );
}

void main();
