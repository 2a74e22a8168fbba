// Runs of `reluctant train` that are killed without warning at random moments and resumed until they end.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Random } from '../../src/core';

const EPOCHS = 12;
const root = path.join(__dirname, '..', '..');
const args = (folder: string, resume: boolean) => [
  path.join(root, 'bin', 'reluctant.js'),
  'train',
  ...['--data', path.join(root, 'data', 'market.csv'), '--output-dir', folder],
  ...['--epochs', `${EPOCHS}`, '--batch-size', '64', '--learning-rate', '0.001'],
  ...(resume ? ['--resume'] : []),
];

/** A moment to kill at: so many milliseconds after the run has written something of this epoch. */
interface Moment {
  epoch: number;
  milliseconds: number;
}

/** Runs the command to its end, or kills it with SIGKILL at a moment. */
async function run(folder: string, resume: boolean, moment?: Moment): Promise<'ended' | 'killed'> {
  const child = spawn(process.execPath, args(folder, resume), { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  if (moment) {
    // Epoch 0 begins when the folder is there; a draft counts, so that some are killed in the middle of writing.
    const sign = moment.epoch === 0 ? 'run' : `checkpoint-${String(moment.epoch).padStart(6, '0')}`;
    const seen = () =>
      fs.existsSync(folder) &&
      fs
        .readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .some((name) => path.basename(name).startsWith(sign));
    while (child.exitCode === null && child.signalCode === null && !seen()) await wait(2);
    await wait(moment.milliseconds);
    child.kill('SIGKILL');
  }
  const code = await ended;
  if (child.signalCode === 'SIGKILL') return 'killed';
  assert.equal(code, 0, complaint);
  return 'ended';
}

/** What must be equal bit for bit: the weights, in base64, and the history. */
function resultOf(folder: string): unknown {
  const weights = fs.readFileSync(path.join(folder, 'weights.safetensors')).toString('base64');
  return { weights, history: fs.readFileSync(path.join(folder, 'history.json'), 'utf8') };
}

/** Kills `kills` runs and resumes each; all must end like the run that was left alone. Returns how many were hit in time. */
export async function checkKilledRuns(kills: number, seed: number): Promise<number> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-kill-'));
  try {
    await run(path.join(base, 'whole'), false);
    const expected = resultOf(path.join(base, 'whole'));
    const random = new Random(seed);
    let hit = 0;
    for (let k = 0; k < kills; k++) {
      const folder = path.join(base, `killed${k}`);
      const outcome = await run(folder, false, {
        epoch: random.integer(0, EPOCHS - 1),
        milliseconds: 60 * random.uniform(),
      });
      if (outcome === 'killed') {
        hit += 1;
        // Killed before the folder was made, the run can only be begun; after that it can always be resumed.
        await run(folder, fs.existsSync(path.join(folder, 'run.json')));
      }
      assert.deepEqual(resultOf(folder), expected, `run ${k}`);
      const left = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        left.filter((name) => /lock|draft|stale/.test(name)),
        [],
        'nothing half-written is left',
      );
    }
    return hit;
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}
