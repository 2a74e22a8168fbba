import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { describe, it } from 'node:test';
import { Random } from '../../src/core';
import { addBarrierLabels, type BarrierOptions, type Dataset, load, makeSamples } from '../../src/data';
import { market } from '../../src/synthetic';

const ROOT = path.join(__dirname, '..', '..');

/** Symbols of different length with closes that miss here and there. */
function panelWithGaps(): Dataset {
  const prices = market({ symbols: 3, days: 300, seed: 5 });
  const random = new Random(3);
  const close = prices.numbers('close').map((price) => (random.uniform() < 0.01 ? Number.NaN : price));
  const keep = Array.from({ length: prices.rows }, (_, row) => row).filter(() => random.uniform() > 0.02);
  return prices.withColumns({ close: { kind: 'number', values: Float64Array.from(close) } }).take(keep);
}

const sameColumn = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).every((value, row) => Object.is(value, b[row]) || (Number.isNaN(value) && Number.isNaN(b[row]!)));

describe('triple-barrier labels', () => {
  it('are those of pandas and a plain loop, in every unit, on a panel with gaps', async () => {
    const panel = panelWithGaps();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'barriers-'));
    try {
      const [file, answer] = ['panel.csv', 'answer.csv'].map((name) => path.join(folder, name)) as [string, string];
      fs.writeFileSync(file, panel.toCSV());
      const cases: Required<BarrierOptions>[] = [
        { takeProfit: 0.06, stopLoss: 0.03, horizon: 5, unit: 'return', span: 60, touch: 'close' },
        { takeProfit: 0.02, stopLoss: 0.02, horizon: 3, unit: 'return', span: 60, touch: 'range' },
        { takeProfit: 2, stopLoss: 1, horizon: 7, unit: 'volatility', span: 60, touch: 'close' },
        { takeProfit: 0.06, stopLoss: 0.03, horizon: 5, unit: 'percentile', span: 60, touch: 'close' },
      ];
      for (const options of cases) {
        const python = path.join(ROOT, '.venv', 'bin', 'python');
        execFileSync(python, ['tests/data/reference/barriers.py', file, answer, JSON.stringify(options)], {
          cwd: ROOT,
        });
        const theirs = await load(answer);
        const mine = addBarrierLabels(panel, options);
        const counts = [-1, 0, 1].map((side) => mine.numbers('barrierSide').filter((value) => value === side).length);
        assert.ok(
          counts.every((count) => count > 10),
          `${JSON.stringify(options)}: ${counts}`,
        );
        for (const [column, other] of [
          ['barrierSide', 'side'],
          ['barrierRows', 'rows'],
        ] as const)
          assert.ok(sameColumn(mine.numbers(column), theirs.numbers(other)), `${column} of ${JSON.stringify(options)}`);
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('do not change when what lies behind their end does, nor with other symbols', () => {
    const panel = market({ symbols: 2, days: 200, seed: 9 });
    const options = { unit: 'volatility', horizon: 5 } as const;
    const before = addBarrierLabels(panel, options);
    const close = Float64Array.from(panel.numbers('close'));
    for (let row = 150; row < close.length; row++) close[row]! *= 1.7;
    const after = addBarrierLabels(panel.withColumns({ close: { kind: 'number', values: close } }), options);
    assert.ok(sameColumn(before.numbers('barrierSide').slice(0, 145), after.numbers('barrierSide').slice(0, 145)));
  });

  it('make the direction of samples: down a stop, flat a timeout, up a profit, and never a label that is not known', () => {
    const prices = market({ symbols: 2, days: 300, seed: 4 });
    const samples = makeSamples(prices, {
      window: 8,
      horizon: 5,
      direction: { barriers: { takeProfit: 0.04, stopLoss: 0.02 } },
    });
    const side = samples.dataset.numbers('barrierSide');
    const { directions, rows } = samples.training;
    assert.ok(rows.every((row, k) => directions[k] === side[row]! + 1));
    assert.deepEqual([...new Set(directions)].sort(), [0, 1, 2]);
    assert.ok(samples.thresholds.every(Number.isNaN));
  });

  it('refuse what is not understood, with what is', () => {
    const prices = market({ symbols: 1, days: 60, seed: 4 });
    const refused: [() => unknown, RegExp][] = [
      [() => addBarrierLabels(prices, { takeprofit: 2 } as never), /takeProfit/],
      [() => addBarrierLabels(prices, { takeProfit: 0 }), /takeProfit/],
      [() => addBarrierLabels(prices, { stopLoss: -0.03 }), /stopLoss/],
      [() => addBarrierLabels(prices, { unit: 'vol' } as never), /volatility/],
      [
        () => makeSamples(prices, { direction: { barriers: { horizon: 3 } } as never }),
        /horizon is that of the samples/,
      ],
      [() => makeSamples(prices, { direction: 'tercile' as never }), /terciles/],
      [() => makeSamples(prices, { direction: { barrier: {} } as never }), /barriers/],
    ];
    for (const [call, message] of refused) assert.throws(call, message);
  });
});
