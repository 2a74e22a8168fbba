// What a message of `load` says to type, typed: in code and in the shell.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { type LoadOptions, load, toMarket } from '../../src/data';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'advice-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));
const days = Array.from({ length: 12 }, (_, k) => `2024-01-${String(k + 1).padStart(2, '0')}`);
const rows = (line: (day: string, k: number) => string) => `${days.map(line).join('\n')}\n`;

/** Files that are refused, and the code of the refusal. */
const refused: Record<string, [content: string | Buffer, code: string]> = {
  'orders.csv': [
    `time,close\n${rows((_, k) => `01/02/2024 ${String(k + 8).padStart(2, '0')}:00,${k + 1}.5`)}`,
    'date-ambiguous',
  ],
  'commas.csv': [`date;close\n${rows((day, k) => `${day};${k + 1},250`)}`, 'number-ambiguous'],
  'two-ways.csv': [`date;close\n${rows((day, k) => `${day};${k === 3 ? '1.250,5' : '1,250.5'}`)}`, 'number-ambiguous'],
  'unnamed.csv': [rows((day, k) => `${day},${k + 1},A`), 'header-missing'],
  'word.csv': [`date,close\n${rows((day, k) => `${day},${k === 5 ? 'halted' : k + 1.5}`)}`, 'value-not-readable'],
  'latin.csv': [
    Buffer.from(`date,close,größe\n${rows((day, k) => `${day},${k + 1},1`)}`, 'latin1'),
    'row-not-readable',
  ],
  'offsets.csv': [
    `time,close\n${rows((day, k) => `${day}T09:30:00${k % 2 ? '-05:00' : ''},${k + 1}`)}`,
    'time-zone-mixed',
  ],
  'text.parquet': [`date,close\n${rows((day, k) => `${day},${k + 1}`)}`, 'file-damaged'],
  'prices.txt.json': [`date,close\n${rows((day, k) => `${day},${k + 1}`)}`, 'row-not-readable'],
};
for (const [name, [content]] of Object.entries(refused)) fs.writeFileSync(path.join(folder, name), content);

async function refusal(name: string, options: LoadOptions = {}): Promise<ReluctantError | undefined> {
  try {
    await load(path.join(folder, name), options);
    return undefined;
  } catch (error) {
    assert.ok(error instanceof ReluctantError, String((error as Error).stack));
    return error;
  }
}

/** The options that a message writes as code. */
const optionsIn = (message: string): Record<string, unknown>[] =>
  [...message.matchAll(/\{ (\w+): ("(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^}]*\}|true|false|\d+) \}/g)].map(
    ([, name, value]) => ({
      [name!]: JSON.parse(value!.replace(/(\w+): /g, '"$1": ')),
    }),
  );

for (const [name, [, code]] of Object.entries(refused)) {
  test(`what the message about ${name} says to write is an option of load, and one of it helps`, async () => {
    const first = (await refusal(name))!;
    assert.equal(first.code, code, first.message);
    assert.ok(first.message.includes(name), 'it names the file');
    assert.ok(first.details.fix, 'it says what to do');
    const advice = optionsIn(first.message);
    if (advice.length === 0) {
      assert.match(first.details.fix!, /again|another|whole|name/, first.message); // nothing to type: the file is to be had anew
      return;
    }
    let helped = false;
    let carried: LoadOptions = {};
    for (const option of advice) {
      const [key] = Object.keys(option);
      if (key === 'columns' && !Array.isArray(option['columns'])) {
        const data = await load(path.join(folder, name), carried);
        const market = toMarket(data, { ...(option['columns'] as object), close: 'column1' });
        assert.equal(market.rows, days.length);
        continue;
      }
      const next = await refusal(name, option as LoadOptions);
      assert.ok(!next || !/unknown-option|unknown-choice|option-of-wrong-kind/.test(next.code), next?.message);
      if (!next) {
        helped = true;
        carried = option as LoadOptions;
      }
    }
    assert.ok(helped, first.message);
  });
}

test('the same in the shell: the flags of the message, added to the command, make look read the file', () => {
  const bin = path.join(__dirname, '..', '..', 'bin', 'reluctant.js');
  const look = (...args: string[]) =>
    spawnSync(process.execPath, [bin, 'look', ...args], { cwd: folder, encoding: 'utf8' });
  for (const name of ['orders.csv', 'commas.csv', 'word.csv', 'latin.csv']) {
    const said = look(name);
    assert.notEqual(said.status, 0, name);
    const flags = [...said.stderr.matchAll(/--[a-z-]+(?: (?!or\b)(?:'[^']*'|,(?= )|[\w@%+=:./-]*\w))?/g)].map(
      ([flag]) => flag,
    );
    assert.ok(flags.length > 0, said.stderr);
    const typed = spawnSync('sh', ['-c', `"$0" "$1" look ${name} ${flags[0]}`, process.execPath, bin], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(typed.status, 0, `${flags[0]}: ${typed.stderr}`);
    assert.match(typed.stdout, /12 rows/);
  }
});
