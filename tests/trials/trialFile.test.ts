import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as readline from 'node:readline';
import { after, describe, it } from 'node:test';
import { LedgerCopy, linesOf, TrialLedger } from '../../src/ledger';
import { search } from '../../src/trials';
import { placed } from '../../src/trials/places';
import { type TrialLine, writeParameters } from '../../src/trials/trialFile';

const ROOT = path.join(__dirname, '..', '..');
const COMMAND = path.join(ROOT, 'bin', 'reluctant.js');
const module = path.join(__dirname, 'sample.ts');
const base = fs.mkdtempSync(path.join(os.tmpdir(), 'trial-'));
after(() => fs.rmSync(base, { recursive: true, force: true }));

function parametersIn(folder: string, changes: Readonly<Record<string, unknown>>, epochs: number): string {
  const given = { id: 'one', changes, module, base: { epochs, mode: 'graph' }, folder, ledger: true };
  writeParameters(given, 'the-name');
  return path.join(folder, 'parameters', 'one.json');
}

const call = (file: string, ...more: string[]) =>
  spawnSync(process.execPath, [COMMAND, 'trial', file, ...more], { encoding: 'utf8', input: '' });
const linesIn = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as TrialLine);
const resultIn = (folder: string) => {
  const { seconds: _, ...result } = JSON.parse(fs.readFileSync(path.join(folder, 'trials/one/result.json'), 'utf8'));
  return result as Record<string, unknown>;
};

describe('reluctant trial', () => {
  it('prints a line per epoch, stops on SIGTERM and goes on to the same bits, under one name in its ledger', async () => {
    const [whole, stopped] = ['whole', 'stopped'].map((name) => path.join(base, name)) as [string, string];
    const { status, stdout } = call(parametersIn(whole, { units: 2 }, 300));
    assert.equal(status, 0);
    const lines = linesIn(stdout);
    assert.deepEqual(
      lines.flatMap((line) => (line.kind === 'epoch' ? [line.epoch] : [])),
      Array.from({ length: 300 }, (_, k) => k + 1),
    );
    assert.equal(lines.at(-1)!.kind, 'done');

    const file = parametersIn(stopped, { units: 2 }, 300);
    const child = spawn(process.execPath, [COMMAND, 'trial', file], { stdio: ['ignore', 'pipe', 'inherit'] });
    for await (const line of readline.createInterface({ input: child.stdout })) {
      if (JSON.parse(line).epoch === 3) child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'exit');
    assert.equal(child.exitCode, 130);
    assert.ok(!fs.existsSync(path.join(stopped, 'trials/one/result.json')));
    const again = call(file);
    assert.equal(again.status, 0, again.stderr);
    assert.ok(linesIn(again.stdout).filter(({ kind }) => kind === 'epoch').length < 298, 'it began anew');
    assert.deepEqual(resultIn(stopped), resultIn(whole));
    const [trial, ...others] = TrialLedger.open(path.join(stopped, 'ledgers/one.jsonl')).trials;
    assert.deepEqual([trial!.id, trial!.status, others.length], ['the-name', 'finished', 0]);
  });

  it('ends when what started it is no more, if it is asked to', () => {
    const { status, stdout } = call(parametersIn(path.join(base, 'orphan'), {}, 1_000_000), '--while-open');
    assert.equal(status, 130);
    assert.equal(linesIn(stdout).at(-1)!.kind, 'stopped');
  });

  it('says by 65 that a setting fails for good, and by another code that a file cannot be used', () => {
    const { status, stdout } = call(parametersIn(path.join(base, 'poisoned'), { poison: true }, 2));
    assert.equal(status, 65);
    const end = linesIn(stdout).at(-1)!;
    assert.equal(end.kind === 'done' && end.result.error, 'the well is poisoned');
    const damaged = path.join(base, 'damaged.json');
    for (const text of ['{', '{"formatVersion": 2}', '{"formatVersion": 1, "id": "../x"}']) {
      fs.writeFileSync(damaged, text);
      const call1 = call(damaged);
      assert.ok(call1.status !== 0 && call1.status !== 65);
      assert.match(call1.stderr, /does not hold the parameters of a trial/);
    }
  });
});

describe('ledgers of trials on other machines', () => {
  it('are taken over once, also lines that come twice or in another order', () => {
    const [own, project] = ['own', 'project'].map((name) => path.join(base, `${name}.jsonl`)) as [string, string];
    const begun = { event: 'begun', trial: 'a', host: 'h', version: '0', data: 'd', program: 'p', seed: 1 } as const;
    const rest = { epochs: 1, rows: 1, heads: ['y'] };
    const ended = {
      event: 'ended',
      trial: 'a',
      status: 'finished',
      reason: 'finished',
      epochs: 1,
      seconds: 1,
    } as const;
    new LedgerCopy(own).add([
      { ...begun, ...rest, time: '2026-01-01' },
      { ...ended, time: '2026-01-02' },
    ]);
    const copy = new LedgerCopy(project);
    copy.add(linesOf(own));
    copy.add(linesOf(own));
    new LedgerCopy(project).add([...linesOf(own), { ...begun, ...rest, time: '2026-01-03' }]);
    assert.deepEqual(linesOf(project), linesOf(own));
    assert.equal(TrialLedger.open(project).trial('a').status, 'finished');
  });
});

describe('where trials are trained', () => {
  it('is refused before anything is trained where it is not known, or what it needs is not there', async () => {
    assert.throws(() => placed({ on: 'rey' }), /processes, ray/);
    assert.throws(() => placed({ on: 'ray://a b' }), /processes, ray/);
    assert.throws(() => placed({ cpus: -1 }), /cpus/);
    assert.throws(() => placed({ data: path.join(base, 'nowhere') }), /are not there/);
    const before = process.env['RELUCTANT_CLUSTER_PYTHON'];
    process.env['RELUCTANT_CLUSTER_PYTHON'] = path.join(base, 'no-python');
    try {
      const options = { folder: path.join(base, 'no-ray'), trials: 1, on: 'ray', freshSeeds: 0 };
      await assert.rejects(search(module, { units: [2] }, options), /setup -- --cluster/);
    } finally {
      if (before === undefined) delete process.env['RELUCTANT_CLUSTER_PYTHON'];
      else process.env['RELUCTANT_CLUSTER_PYTHON'] = before;
    }
  });
});
