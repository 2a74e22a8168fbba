import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { Random } from '../../src/core';
import { market } from '../../src/synthetic';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'evaluate-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const MAIN = path.join(__dirname, '..', '..', 'bin', 'reluctant.js');
const BIN = path.join(__dirname, '..', '..', 'bin', 'reluctant.js');
const reluctant = (...args: string[]) => {
  const env = { ...process.env, RELUCTANT_LEDGER: 'off' };
  return spawnSync(process.execPath, [MAIN, 'evaluate', ...args], { encoding: 'utf8', env });
};

/** A file of predictions with prices; `skill` is the correlation of the signal with the next day's return. */
function predictions(skill: number): string {
  const random = new Random(5);
  const lines = ['date,symbol,close,score,return1'];
  const prices = new Float64Array(10).fill(100);
  for (let t = 0; t < 150; t++)
    prices.forEach((price, s) => {
      const signal = random.normal();
      const earned = 0.01 * (skill * signal + random.normal());
      const date = new Date(86_400_000 * (18_000 + t)).toISOString().slice(0, 10);
      lines.push([date, `S${s}`, price, signal, earned].join(','));
      prices[s] = price * (1 + earned);
    });
  const file = path.join(folder, `skill-${skill}.csv`);
  fs.writeFileSync(file, lines.join('\n'));
  return file;
}
const columns = ['--prediction', 'score', '--target', 'return1', '--fee', '0'];

test('evaluate says yes to skill, ends with 1 where none is shown, and writes the page', () => {
  const page = path.join(folder, 'sheet.html');
  const real = reluctant(predictions(0.3), ...columns, '--html', page);
  assert.equal(real.status, 0, real.stderr);
  assert.match(real.stdout, /Do the predictions rank what follows\?.*yes/);
  assert.match(real.stdout, /Does it earn after costs\?/);
  assert.match(fs.readFileSync(page, 'utf8'), /2019-04-\d\d/);
  const noise = reluctant(predictions(0), ...columns, '--json');
  assert.equal(noise.status, 1, noise.stderr);
  const { verdicts, backtest } = JSON.parse(noise.stdout);
  assert.equal(verdicts[0].verdict, 'not shown');
  assert.ok(Number.isFinite(backtest.annualSharpe));
});

test('evaluate says in the words of the shell what it lacks', () => {
  const file = predictions(0);
  assert.match(reluctant(file).stderr, /no column of targets.*--target COLUMN/s);
  assert.match(reluctant(folder).stderr, /--data FILE/);
  assert.match(reluctant(path.join(folder, 'none.csv')).stderr, /none\.csv/);
  assert.match(reluctant(file, ...columns, '--horizon', '0').stderr, /whole number from 1/);
  assert.match(reluctant(file, ...columns, '--trial', 'x').stderr, /RELUCTANT_LEDGER is "off"/);
});

test('a run is evaluated from the shell alone: trained, judged on prices it has not seen, over all that was tried', () => {
  const place = fs.mkdtempSync(path.join(folder, 'project-'));
  fs.writeFileSync(path.join(place, 'package.json'), '{}');
  const prices = market({ symbols: 8, days: 700, seed: 3, informationCoefficient: 0.2 });
  const dates = [...new Set(prices.values('date') as string[])].sort();
  for (const [name, keep] of [
    ['seen.csv', (date: string) => date < dates[400]!],
    ['unseen.csv', (date: string) => date >= dates[400]!],
  ] as const) {
    const rows = Array.from({ length: prices.rows }, (_, row) => row);
    const part = prices.take(Int32Array.from(rows.filter((row) => keep(String(prices.row(row)['date'])))));
    fs.writeFileSync(path.join(place, name), part.toCSV());
  }
  const environment = { ...process.env };
  delete environment['RELUCTANT_LEDGER'];
  const shell = (...args: string[]) =>
    spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8', cwd: place, env: environment });
  for (const seed of ['1', '2']) {
    const args = ['--data', 'seen.csv', '--output-dir', `runs/${seed}`, '--epochs', '2', '--seed', seed];
    const trained = shell('train', ...args);
    assert.equal(trained.status, 0, trained.stderr);
  }
  const first = shell('evaluate', 'runs/1', '--data', 'unseen.csv', '--json');
  assert.ok([0, 1].includes(first.status!), first.stderr);
  assert.match(first.stdout, /2 trained on these data, 1 with returns of these periods: too few/);
  const second = shell('evaluate', 'runs/2', '--data', 'unseen.csv', '--json', '--html', 'sheet.html');
  assert.ok([0, 1].includes(second.status!), second.stderr);
  const { verdicts, backtest } = JSON.parse(second.stdout);
  assert.equal(verdicts.length, 5, second.stdout);
  assert.match(second.stdout, /deflated Sharpe ratio [\d.]+; 2 trained on these data, 2 with returns/);
  assert.ok(Number.isFinite(backtest.annualSharpe) && Number.isFinite(verdicts[0].pValue));
  assert.equal(second.status, verdicts[0].verdict === 'yes' ? 0 : 1);
  assert.match(fs.readFileSync(path.join(place, 'sheet.html'), 'utf8'), /What was tried/);
  // Another period is not compared with it, and a run of which no trial is known is judged alone, which is said.
  const other = shell('evaluate', 'runs/1', '--data', 'seen.csv');
  assert.match(other.stdout, /too few/, other.stderr);
  fs.rmSync(path.join(place, '.reluctant'), { recursive: true });
  const alone = shell('evaluate', 'runs/1', '--data', 'unseen.csv');
  assert.match(alone.stderr, /not judged over what was tried before: .*there is no ledger/);
  assert.doesNotMatch(alone.stdout, /trained on these data/);
});
