// `reluctant train --memory` on a Parquet file of four times that size, as a process whose memory is watched.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { openSession } from '../../src/data/read/duckdb/session';

const root = path.join(__dirname, '..', '..');
const ROWS_PER_SYMBOL = 2500;

/** Made-up prices without a trend: the return that follows is written in the price, so that a loss can fall. */
async function writePrices(file: string, symbols: number): Promise<void> {
  const session = await openSession({ everything: true });
  const middle = '100 * (1 + 0.02 * (random() - 0.5))';
  const rows = `SELECT 'S' || lpad((i // ${ROWS_PER_SYMBOL})::VARCHAR, 6, '0') AS symbol, DATE '2000-01-01' + (i % ${ROWS_PER_SYMBOL})::INT AS date,
    ${middle} AS open, ${middle} AS close, 1e6 * (1 + random()) AS volume FROM range(${symbols * ROWS_PER_SYMBOL}) AS r(i)`;
  const prices = `SELECT symbol, date, open, greatest(open, close) * (1 + 0.01 * random()) AS high,
    least(open, close) * (1 - 0.01 * random()) AS low, close, volume FROM (${rows})`;
  await session.connection.run('SELECT setseed(0.5)');
  // Not packed: the file is as large as its numbers.
  await session.connection.run(`COPY (${prices}) TO '${file}' (FORMAT parquet, COMPRESSION uncompressed)`);
  session.close();
}

/** Runs the command; resident memory at its peak in bytes, and the losses of its epochs. */
function train(file: string, folder: string, memory: number): { peak: number; losses: number[]; said: string } {
  const program = path.join(root, 'bin', 'reluctant.js');
  const args = ['train', '--data', file, '--output-dir', folder, '--epochs', '2', '--batch-size', '256'];
  const peakFile = `${folder}.peak`;
  const code = `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(peakFile)}, String(process.resourceUsage().maxRSS * 1024)));
    process.argv.splice(1, 0, ${JSON.stringify(program)}); require(${JSON.stringify(program)});`;
  const command = ['-e', code, '--', ...args, '--memory', `${Math.round(memory / 1e6)}MB`, '--learning-rate', '0.001'];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env: { ...process.env, XDG_CACHE_HOME: `${folder}.cache` },
  });
  assert.equal(status, 0, stdout + stderr);
  const history = JSON.parse(fs.readFileSync(path.join(folder, 'history.json'), 'utf8')) as { val_loss: number }[];
  const losses = history.map(({ val_loss: loss }) => loss);
  return { peak: Number(fs.readFileSync(peakFile, 'utf8')), losses, said: stdout };
}

/**
 * Trains on a file of at least four times `memory`, with code yet to be compiled, which takes the most. All numbers in bytes;
 * `peak` is the resident memory of the whole process, shared libraries included.
 */
export async function checkTrainingBeyondMemory(
  memory: number,
): Promise<{ file: number; peak: number; losses: number[] }> {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-memory-'));
  try {
    const prices = path.join(base, 'prices.parquet');
    // Five numbers of 8 bytes and a little for symbol and date a row; more than enough, and measured below.
    await writePrices(prices, Math.ceil((4 * memory) / 40 / ROWS_PER_SYMBOL) + 1);
    const file = fs.statSync(prices).size;
    const { peak, losses, said } = train(prices, path.join(base, 'run'), memory);
    assert.match(said, /streaming/);
    // Predicting the middle rank always has a loss of 1/24; half of the next return is written in these prices.
    assert.ok(losses.length === 2 && losses.every((loss) => loss < 0.9 / 24), losses.join());
    return { file, peak, losses };
  } finally {
    fs.rmSync(base, { recursive: true, force: true });
  }
}
