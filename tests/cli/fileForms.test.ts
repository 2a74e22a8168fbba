import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { save } from '../../src/data';
import { market } from '../../src/synthetic';

// From the shell alone: a file in a form that people have is looked at, checked, trained on, predicted, judged, listed and inspected.
const root = path.join(__dirname, '..', '..');
let base: string;
before(() => {
  base = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-forms-'));
});
after(() => fs.rmSync(base, { recursive: true, force: true }));

const reluctant = (...args: string[]) => {
  const program = path.join(root, 'bin', 'reluctant.js');
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', cwd: base });
};
const prices = market({ symbols: 2, days: 260, seed: 7 });
interface Bar {
  symbol: string;
  date: string;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}
const rows = Array.from({ length: prices.rows }, (_, row) => prices.row(row) as unknown as Bar);
const german = (value: number) => value.toFixed(2).replace('.', ',');
const one = rows.filter(({ symbol }) => symbol === 'S01');

/** Writes the file and gives its name and the flags that it needs. */
const forms: Record<string, () => Promise<{ file: string; flags: string[] }> | { file: string; flags: string[] }> = {
  'semicolons, decimal commas, days first': () => {
    const lines = rows.map((r) =>
      [
        r.symbol,
        r.date.split('-').reverse().join('.'),
        german(r.open),
        german(r.high),
        german(r.low),
        german(r.close),
        r.volume,
      ].join(';'),
    );
    fs.writeFileSync(
      path.join(base, 'deutsch.csv'),
      `Kürzel;Datum;Eröffnung;Hoch;Tief;Schluss;Volumen\n${lines.join('\n')}\n`,
    );
    return { file: 'deutsch.csv', flags: ['--column', 'symbol=Kürzel'] };
  },
  'three rows of names, two symbols side by side': () => {
    const fields = ['close', 'high', 'low', 'open', 'volume'] as const;
    const heads = fields.flatMap((field) => ['S01', 'S02'].map(() => field[0]!.toUpperCase() + field.slice(1)));
    const tickers = fields.flatMap(() => ['S01', 'S02']);
    const byDate = one.map(({ date }) =>
      [
        date,
        ...fields.flatMap((field) =>
          ['S01', 'S02'].map((symbol) => rows.find((r) => r.date === date && r.symbol === symbol)![field]),
        ),
      ].join(),
    );
    fs.writeFileSync(
      path.join(base, 'yf.csv'),
      `Price,${heads.join()}\nTicker,${tickers.join()}\nDate${','.repeat(tickers.length)}\n${byDate.join('\n')}\n`,
    );
    return { file: 'yf.csv', flags: [] };
  },
  'klines without names, epochs': () => {
    const lines = one.map((r) =>
      [
        Date.parse(r.date),
        r.open,
        r.high,
        r.low,
        r.close,
        r.volume,
        Date.parse(r.date) + 86_399_999,
        1,
        1,
        1,
        1,
        0,
      ].join(),
    );
    fs.writeFileSync(path.join(base, 'BTCUSDT-1d.csv'), `${lines.join('\n')}\n`);
    return { file: 'BTCUSDT-1d.csv', flags: [] };
  },
  'a file per symbol, no column of symbols': () => {
    for (const symbol of ['S01', 'S02']) {
      const lines = rows
        .filter((r) => r.symbol === symbol)
        .map((r) => [r.date, r.open, r.high, r.low, r.close, r.volume].join());
      fs.mkdirSync(path.join(base, 'each'), { recursive: true });
      fs.writeFileSync(
        path.join(base, 'each', `${symbol}.csv`),
        `Date,Open,High,Low,Close,Volume\n${lines.join('\n')}\n`,
      );
    }
    return { file: 'each/*.csv', flags: [] };
  },
  'a sheet of a workbook': async () => {
    await save(prices, path.join(base, 'prices.xlsx'));
    return { file: 'prices.xlsx', flags: [] };
  },
  'dates that can be read in two ways, said by a flag, and a query': () => {
    const lines = rows.map((r) =>
      [r.symbol, r.date.split('-').reverse().join('/'), r.high, r.low, r.close, r.volume].join(),
    );
    fs.writeFileSync(path.join(base, 'days.csv'), `ticker,date,high,low,close,volume\n${lines.join('\n')}\n`);
    return { file: 'days.csv', flags: ['--day-first', '--query', 'SELECT * FROM data WHERE close > 0'] };
  },
};

for (const [name, write] of Object.entries(forms)) {
  test(`look, check-data, train, predict, check, runs and inspect read ${name}`, async () => {
    const { file, flags } = await write();
    const run = (status: number, ...args: string[]) => {
      const result = reluctant(...args);
      assert.equal(result.status, status, `${args.join(' ')}\n${result.stdout}\n${result.stderr}`);
      return result.stdout;
    };
    assert.match(run(0, 'look', file, ...flags), /close +close|Schluss +close|Close +close/);
    run(0, 'check-data', '--data', file, ...flags);
    const folder = `runs/${Object.keys(forms).indexOf(name)}`;
    run(
      0,
      'train',
      '--data',
      file,
      ...flags,
      '--output-dir',
      folder,
      '--epochs',
      '2',
      '--batch-size',
      '64',
      '--hidden-dims',
      '4',
    );
    // The run remembers how its files are read: predict is told nothing.
    const output = `predictions-${Object.keys(forms).indexOf(name)}.csv`;
    assert.match(run(0, 'predict', '--data', file, '--run', folder, '--output', output), /rows predicted/);
    const written = fs.readFileSync(path.join(base, output), 'utf8');
    assert.match(written.split('\n')[0]!, /^row,symbol,date,close,part,predictedRank,predictedReturn,actualReturn$/);
    assert.match(written, /,training,/);
    assert.match(written, /,validation,/);
    assert.match(run(0, 'inspect', output), /return/);
    const criteria = { name: 'sane', must: [{ name: 'not huge', head: 'return', statistic: 'max', atMost: 10 }] };
    fs.writeFileSync(path.join(base, 'criteria.json'), JSON.stringify(criteria));
    run(0, 'check', output, '--criteria', 'criteria.json');
    assert.ok(run(0, 'runs', '--folder', 'runs').includes(path.basename(folder)));
  });
}

test('a start that fails leaves no folder, and data at fault is not a wrong command line', () => {
  fs.writeFileSync(path.join(base, 'few.csv'), 'date,close\n2024-01-02,1\n2024-01-03,2\n');
  const few = reluctant('train', '--data', 'few.csv', '--output-dir', 'runs/few', '--epochs', '1');
  assert.equal(few.status, 1, few.stderr);
  assert.ok(!/ at .*\.js:/.test(few.stderr), few.stderr);
  assert.ok(!fs.existsSync(path.join(base, 'runs', 'few')), 'no folder is left');
  const two = 'date,firm,close\n2024-01-02,A,1\n2024-01-02,B,20\n2024-01-03,A,1.1\n2024-01-03,B,21\n';
  fs.writeFileSync(path.join(base, 'two.csv'), two);
  const repeated = reluctant('train', '--data', 'two.csv', '--output-dir', 'runs/two', '--epochs', '1');
  assert.equal(repeated.status, 1);
  assert.match(repeated.stderr, /two rows bear the date 2024-01-02.*--column symbol=firm/);
  const place = reluctant('predict', '--data', 'two.csv', '--run', 'runs/0', '--output', 'nowhere/p.csv');
  assert.match(place.stderr, /the folder does not exist/);
});
