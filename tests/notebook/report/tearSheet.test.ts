import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { Random, ReluctantError, tf } from '../../../src/core';
import { TrialLedger } from '../../../src/ledger';
import { tearSheet } from '../../../src/notebook/report';
import { fit, type Run } from '../../../src/training';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sheet-'));
const asked = process.env['RELUCTANT_LEDGER'];
before(() => {
  process.env['RELUCTANT_LEDGER'] = path.join(folder, 'trials.jsonl');
});
after(() => {
  if (asked === undefined) delete process.env['RELUCTANT_LEDGER'];
  else process.env['RELUCTANT_LEDGER'] = asked;
  fs.rmSync(folder, { recursive: true });
});

function dataOf(skill: number, seed: number) {
  const random = new Random(seed);
  const data = { date: [] as number[], symbol: [] as string[], predictions: [] as number[], targets: [] as number[] };
  for (let date = 0; date < 200; date++)
    for (let s = 0; s < 12; s++) {
      const signal = random.normal();
      data.date.push(date);
      data.symbol.push(`<b>S${s}</b>`);
      data.predictions.push(signal);
      data.targets.push(0.01 * (skill * signal + random.normal()));
    }
  return { ...data, returns: data.targets };
}

test('the sheet says yes to a planted signal and shows nothing in noise', () => {
  const real = tearSheet(dataOf(0.2, 1), { backtest: { feeFraction: 0 } });
  assert.deepEqual(
    real.verdicts.map(({ verdict }) => verdict),
    ['yes', 'yes', 'yes'],
  );
  const noise = tearSheet(dataOf(0, 3));
  assert.deepEqual(
    noise.verdicts.slice(0, 2).map(({ verdict }) => verdict),
    ['not shown', 'not shown'],
  );
  const { returns: _, ...signalOnly } = dataOf(0.2, 1);
  assert.equal(tearSheet(signalOnly).backtest, undefined);
});

test('a run is judged over everything that was tried on its data, and one that is in no ledger is refused', async () => {
  const inputs = tf.ones([8, 1]);
  const make = () => tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] });
  const options = { losses: 'meanSquaredError', epochs: 1 } as const;
  const runs: Run[] = [];
  for (let seed = 0; seed < 3; seed++) runs.push(await fit(make(), { inputs, targets: inputs }, { ...options, seed }));
  const first = tearSheet(dataOf(0.2, 1), { run: runs[0]! });
  assert.match(first.verdicts.at(-1)!.answer, /3 trained on these data, 1 with returns of these periods: too few/);
  const second = tearSheet(dataOf(0, 2), { run: runs[1]! });
  assert.match(second.verdicts[3]!.answer, /deflated Sharpe ratio .*3 trained on these data, 2 with returns/);
  assert.match(second.verdicts[4]!.answer, /PBO/);
  assert.equal(TrialLedger.open().trial(runs[0]!).strategies.size, 1);
  assert.throws(
    () => tearSheet(dataOf(0, 2), { run: 'elsewhere' }),
    (error) => error instanceof ReluctantError && error.code === 'trial-unknown',
  );
});

test('the page stands alone, holds every figure, and shows names from data letter by letter', () => {
  const sheet = tearSheet(dataOf(0.2, 1), {
    title: 'Real <script>alert(1)</script>?',
    formatDate: (date) => `day ${date}`,
  });
  const file = sheet.write(path.join(folder, 'sheet.html'));
  const page = fs.readFileSync(file, 'utf8');
  assert.ok(!page.includes('<script>alert'));
  assert.match(page, /Do the predictions rank what follows\?/);
  assert.ok((page.match(/data-figure/g) ?? []).length >= 2);
  assert.ok(!/(src|href)="https?:/.test(page));
  assert.ok(!page.includes('all-code" aria'), 'there is no code to show');
  const bundle = (sheet as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!();
  assert.match(bundle['text/html']!, /<img alt="Wealth, drawdown[^>]*data:image\/svg/);
  assert.match(bundle['text/plain']!, /Does it earn after costs\?/);
  assert.throws(() => sheet.write(path.join(folder, 'none', 'sheet.html')), /tear sheet could not be written/);
});
