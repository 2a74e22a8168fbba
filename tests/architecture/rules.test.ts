import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as rl from '../../src';
import { EXCEPTIONS, type Exceptions } from './rules/exceptions';
import { ONE_FORMULA } from './rules/names';
import { complaints, RULES, type RuleName } from './rules/rules';

const ROOT = path.resolve(__dirname, '..', '..');

/** One fault for each rule, planted in a copy of the sources. */
const FAULTS: { fault: string; plant: () => void; rule: RuleName; complaint: RegExp }[] = [
  {
    fault: 'two files that import each other',
    plant: () => {
      write('src/tables/one.ts', "import { two } from './two';\nexport const one = (): number => two;\n");
      write('src/tables/two.ts', "import { one } from './one';\nexport const two = one.length;\n");
    },
    rule: 'circles',
    complaint: /a circle of imports: src\/tables\/one\.ts → src\/tables\/two\.ts → src\/tables\/one\.ts/,
  },
  {
    fault: 'two files of which one imports only a type of the other',
    plant: () => {
      write('src/losses/one.ts', "import type { Two } from './two';\nexport type One = Two | 1;\n");
      write('src/losses/two.ts', "import type { One } from './one';\nexport type Two = One[];\n");
    },
    rule: 'circles',
    complaint: /a circle of imports: src\/losses\/one\.ts → src\/losses\/two\.ts → src\/losses\/one\.ts/,
  },
  {
    fault: 'an import from below of a room that is not listed for it',
    plant: () => write('src/compile/up.ts', "import { Table } from '../tables';\nexport const up = Table;\n"),
    rule: 'arrows',
    complaint:
      /src\/compile\/up\.ts may not import src\/tables\/index\.ts \(arrows-of-compile; compile may import core\)/,
  },
  {
    fault: 'an import of nothing but a type from above',
    plant: () => write('src/core/typeUp.ts', "import type { Table } from '../tables';\nexport type Up = Table;\n"),
    rule: 'arrows',
    complaint: /src\/core\/typeUp\.ts may not import src\/tables\/index\.ts/,
  },
  {
    fault: 'an import from a room within a room of its neighbour',
    plant: () =>
      write('src/data/read/inner.ts', "import type { Panel } from '../market/panel';\nexport type Inner = Panel;\n"),
    rule: 'arrows',
    complaint: /src\/data\/read\/inner\.ts may not import src\/data\/market\/panel\.ts/,
  },
  {
    fault: 'an arrow that is allowed and used by nobody',
    plant: () => list("losses: ['core']", "losses: ['core', 'tables']"),
    rule: 'arrows',
    complaint: /the arrow losses > tables is allowed and nobody uses it/,
  },
  {
    fault: 'an arrow that the list allows although it goes up',
    plant: () => {
      list('  evaluation: []', "  evaluation: ['plots']");
      write('src/evaluation/drawn.ts', "import { Figure } from '../plots';\nexport const drawn = Figure;\n");
    },
    rule: 'arrows',
    complaint: /the arrow evaluation > plots goes up/,
  },
  {
    fault: 'a folder that is no room',
    plant: () => write('src/plots/attic/old.ts', 'export const old = 1;\n'),
    rule: 'arrows',
    complaint: /src\/plots\/attic is not in the list of rooms/,
  },
  {
    fault: 'a function of 81 lines',
    plant: () => write('src/tables/long.ts', `export const long = () => {\n${'  void 0;\n'.repeat(79)}};\n`),
    rule: 'functions',
    complaint: /src\/tables\/long\.ts:1: long has 81 lines; 80 at most/,
  },
  {
    fault: 'a file of 351 lines',
    plant: () => write('src/tables/longFile.ts', '// a line\n'.repeat(351)),
    rule: 'files',
    complaint: /src\/tables\/longFile\.ts has 351 lines; 350 at most/,
  },
  {
    fault: 'a public name for two things',
    plant: () => fs.appendFileSync(path.join(copy, 'src/losses/index.ts'), 'export class Table {}\n'),
    rule: 'names',
    complaint: /the public name Table has two meanings: .*rl\.losses\.Table \(src\/losses\/index\.ts\)/,
  },
  {
    fault: 'a reader that does not look whether a path is a pipe',
    plant: () =>
      write(
        'src/tables/reads.ts',
        "import * as fs from 'node:fs';\nexport const read = (f: string) => fs.readFileSync(f);\n",
      ),
    rule: 'reads',
    complaint: /src\/tables\/reads\.ts opens a file that may be a pipe or a device/,
  },
];

let copy: string;
const write = (file: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
  fs.writeFileSync(path.join(copy, file), text);
};
function list(before: string, after: string): void {
  const file = path.join(copy, '.dependency-cruiser.cjs');
  const text = fs.readFileSync(file, 'utf8');
  assert.ok(text.includes(before), `.dependency-cruiser.cjs does not contain ${before}`);
  fs.writeFileSync(file, text.replace(before, after));
}

describe('npm run check fails on', () => {
  const reports: Partial<Record<RuleName, string[]>> = {};

  // All faults stand in one copy, so that each rule reads the sources once.
  before(() => {
    copy = fs.mkdtempSync(path.join(os.tmpdir(), 'house-rules-'));
    for (const name of ['src', 'package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      fs.cpSync(path.join(ROOT, name), path.join(copy, name), { recursive: true });
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    for (const { plant } of FAULTS) plant();
    for (const rule of Object.keys(RULES) as RuleName[]) reports[rule] = complaints(rule, copy);
  });
  after(() => fs.rmSync(copy, { recursive: true, force: true }));

  for (const { fault, rule, complaint } of FAULTS)
    test(fault, () => {
      assert.match(reports[rule]!.join('\n'), complaint);
    });

  // So the sources themselves break none: the copy is them and the faults.
  test('nothing else', () => {
    const texts = Object.values(reports).flat();
    assert.deepEqual(
      texts.filter((text) => !FAULTS.some(({ complaint }) => complaint.test(text))),
      [],
    );
  });

  test('an exception that no rule needs', () => {
    const more: Exceptions = { ...EXCEPTIONS, files: { ...EXCEPTIONS.files, 'src/tables/table.ts': 'no reason' } };
    assert.deepEqual(
      complaints('files', ROOT, more).filter((text) => text.includes('table.ts')),
      ['the exception for src/tables/table.ts is not needed any more: take it out of exceptions.ts'],
    );
  });

  test('and ends with 1, naming rule and place', () => {
    // A project of one file: what is asked is how the command ends, not what the rules find.
    const small = fs.mkdtempSync(path.join(os.tmpdir(), 'house-rules-'));
    for (const name of ['package.json', 'tsconfig.json', '.dependency-cruiser.cjs'])
      fs.cpSync(path.join(ROOT, name), path.join(small, name));
    fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(small, 'node_modules'));
    fs.mkdirSync(path.join(small, 'src'));
    fs.writeFileSync(
      path.join(small, 'src', 'index.ts'),
      `export const long = () => {\n${'  void 0;\n'.repeat(79)}};\n`,
    );
    const { status, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', path.join(__dirname, 'rules', 'main.ts'), small],
      { cwd: ROOT, encoding: 'utf8' },
    );
    fs.rmSync(small, { recursive: true });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^functions: src\/index\.ts:1: long has 81 lines/m);
  });
});

test('names that stand for one formula of numbers and of tensors give one result', async () => {
  const [targets, predictions] = [
    [0.5, -1, 2, 4],
    [0.25, -3, 2, 3],
  ];
  for (const name of ONE_FORMULA) {
    const loss = (rl.losses as unknown as Record<string, (t: rl.TF.Tensor, p: rl.TF.Tensor) => rl.TF.Tensor>)[name]!;
    const metric = (rl.evaluation as unknown as Record<string, (t: number[], p: number[]) => number>)[name]!;
    const perSample = loss(rl.tf.tensor2d(targets, [4, 1]), rl.tf.tensor2d(predictions, [4, 1]));
    assert.ok(Math.abs(rl.tf.mean(perSample).dataSync()[0]! - metric(targets, predictions)) < 1e-6, name);
  }
});
