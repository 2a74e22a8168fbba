import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, it } from 'node:test';
import { Random } from '../../src/core';
import { addFeatures, type Dataset, load, SEVENTY_FEATURES, WAVENET_FEATURES } from '../../src/data';
import { lookBackOf } from '../../src/data/market/features';
import { INDICATORS } from '../../src/data/market/indicators';
import { streamRows } from '../../src/data/samples/streamRows';
import { market } from '../../src/synthetic';

const ROOT = path.join(__dirname, '..', '..');
const NAMES = [...Object.keys(INDICATORS), 'averageDistance20'];
const COLUMNS = ['open', 'high', 'low', 'close', 'volume'];

/**
 * A panel as files have it: symbols listed at different times, days that miss, cells that miss in single columns, days without a
 * trade, flat stretches, and a split-like jump.
 */
function realShaped(): Dataset {
  const prices = market({ symbols: 3, days: 700, seed: 11 });
  const random = new Random(5);
  const symbol = prices.column('symbol').values;
  const columns = Object.fromEntries(COLUMNS.map((name) => [name, Float64Array.from(prices.numbers(name))]));
  for (let row = 0; row < prices.rows; row++) {
    if (random.uniform() < 0.002) columns[COLUMNS[random.integer(0, 4)]!]![row] = Number.NaN;
    // The second symbol does not move for a while, the third jumps.
    if (symbol[row] === 1 && row % 700 > 300 && row % 700 < 306)
      for (const name of ['open', 'high', 'low', 'close']) columns[name]![row] = columns['close']![row - 1]!;
    if (symbol[row] === 2 && row % 700 >= 400)
      for (const name of ['open', 'high', 'low', 'close']) columns[name]![row]! *= 0.25;
  }
  const keep = Array.from({ length: prices.rows }, (_, row) => row).filter(
    (row) => random.uniform() > 0.01 && !(symbol[row] === 2 && row % 700 < 150),
  );
  const changed = prices.withColumns(
    Object.fromEntries(COLUMNS.map((name) => [name, { kind: 'number' as const, values: columns[name]! }])),
  );
  return changed.take(keep);
}

const same = (a: number, b: number) => Object.is(a, b) || (Number.isNaN(a) && Number.isNaN(b));

describe('every indicator', () => {
  const panel = realShaped();
  const made = addFeatures(panel, NAMES);

  it('is that of pandas or TA-Lib to 1e-9 on a panel with gaps, row by row', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'indicators-'));
    try {
      const [file, answer] = ['panel.csv', 'answer.csv'].map((name) => path.join(folder, name)) as [string, string];
      fs.writeFileSync(file, panel.toCSV());
      execFileSync(path.join(ROOT, '.venv', 'bin', 'python'), ['tests/data/reference/indicators.py', file, answer], {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const theirs = await load(answer);
      const problems: string[] = [];
      for (const name of NAMES) {
        const [mine, other] = [made.numbers(name), theirs.numbers(name)];
        let [both, onlyMine, onlyOther, largest] = [0, 0, 0, 0];
        mine.forEach((value, row) => {
          if (Number.isFinite(value) && Number.isFinite(other[row]!)) {
            both++;
            const difference = Math.abs(value - other[row]!) / Math.max(1, Math.abs(other[row]!));
            largest = Math.max(largest, difference);
          } else if (Number.isFinite(value)) onlyMine++;
          else if (Number.isFinite(other[row]!)) onlyOther++;
        });
        if (largest > 1e-9 || both < 100 || onlyOther > 0 || onlyMine > 40)
          problems.push(`${name}: ${largest} apart, ${both} rows, only here ${onlyMine}, only there ${onlyOther}`);
      }
      assert.deepEqual(problems, []);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('changes for no row when its future changes', () => {
    const cut = panel.numbers('date')[Math.floor(panel.rows / 2)]!;
    const random = new Random(3);
    const later = Object.fromEntries(
      COLUMNS.map((name) => {
        const values = panel.numbers(name);
        const changed = Float64Array.from(values, (value, row) =>
          panel.numbers('date')[row]! > cut ? value * (1 + random.uniform()) : value,
        );
        return [name, { kind: 'number' as const, values: changed }];
      }),
    );
    const again = addFeatures(panel.withColumns(later), NAMES);
    for (const name of NAMES) {
      const [before, after] = [made.numbers(name), again.numbers(name)];
      for (let row = 0; row < panel.rows; row++)
        if (panel.numbers('date')[row]! <= cut) assert.ok(same(before[row]!, after[row]!), `${name}, row ${row}`);
    }
  });

  it('is the same for a symbol whatever the others do, and whatever the order of the rows', () => {
    const symbol = panel.column('symbol').values;
    const rows = new Random(9).permutation(panel.rows);
    const shuffled = addFeatures(panel.take([...rows]), NAMES);
    const alone = addFeatures(panel.take(Array.from(rows).filter((row) => symbol[row] === 1)), NAMES);
    const ofOne = Array.from(rows).filter((row) => symbol[row] === 1);
    for (const name of NAMES) {
      const [before, after, own] = [made.numbers(name), shuffled.numbers(name), alone.numbers(name)];
      rows.forEach((row, k) => {
        assert.ok(same(before[row]!, after[k]!), `${name}, row ${row}`);
      });
      ofOne.forEach((row, k) => {
        assert.ok(same(before[row]!, own[k]!), `${name} of one symbol alone, row ${row}`);
      });
    }
  });

  it('is one of 19 in the documented preset, and there are 70 where as many are asked for', () => {
    assert.equal(new Set(WAVENET_FEATURES).size, 19);
    assert.equal(new Set(SEVENTY_FEATURES).size, 70);
    for (const name of SEVENTY_FEATURES) assert.ok(NAMES.includes(name), name);
  });

  it('looks back as far as it says and no further', () => {
    const one = market({ symbols: 1, days: 420, seed: 4 });
    const last = one.rows - 1;
    for (const name of NAMES) {
      if (!Object.hasOwn(INDICATORS, name)) continue;
      const back = lookBackOf(name);
      if (back === Infinity) continue;
      const whole = addFeatures(one, [name]).numbers(name)[last]!;
      const from = (rows: number) =>
        addFeatures(one.take(Array.from({ length: rows }, (_, k) => last - rows + 1 + k)), [name]);
      const value = from(back + 1).numbers(name)[back]!;
      assert.ok(Math.abs(value - whole) < 1e-9, `${name} from ${back + 1} rows: ${value}, from all ${whole}`);
      assert.ok(Number.isNaN(from(back).numbers(name)[back - 1]!), `${name} is there after ${back} rows`);
    }
  });

  it('is refused in streamed files where it looks back further than their pieces overlap', async () => {
    const options = { memory: 1e9, folder: path.join(os.tmpdir(), 'never-made'), features: ['logReturn1', 'macdLine'] };
    await assert.rejects(streamRows('prices.csv', options), { code: 'look-back-too-long' });
  });
});
