import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Example } from './example';
import { publicNames, ROOT } from './publicSurface';

const names = publicNames();
const list = (found: typeof names) => found.map(({ name, file }) => `${name} (${file})`);

describe('the public surface', () => {
  test('is found', () => {
    assert.ok(names.length > 20);
    assert.ok(names.some(({ name }) => name === 'rl.Random'));
    assert.ok(names.some(({ name }) => name === 'rl.Random.uniform'));
  });

  test('has a documentation comment on every name', () => {
    assert.deepEqual(list(names.filter(({ text }) => text.length < 5)), []);
  });

  test('has an example on every function', () => {
    const functions = names.filter(({ kind }) => kind === 'function');
    assert.deepEqual(list(functions.filter(({ examples }) => examples.length === 0)), []);
  });

  test('has an example on every class, or a public function that makes its objects', () => {
    const classes = names.filter(({ kind }) => kind === 'class');
    assert.deepEqual(
      list(classes.filter(({ examples, text, made }) => !examples.length && !made && !text.includes('{@link'))),
      [],
    );
  });
});

describe('every example in the documentation runs and says the truth', () => {
  const home = process.cwd();
  let folder: string;
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'examples-'));
    fs.symlinkSync(path.join(ROOT, 'data'), path.join(folder, 'data'));
    process.chdir(folder); // what an example writes goes there
    process.env['RELUCTANT_LEDGER'] = path.join(folder, 'trials.jsonl');
  });
  after(() => {
    process.chdir(home);
    fs.rmSync(folder, { recursive: true, force: true });
  });

  for (const { name, file, examples } of names)
    for (const [k, code] of examples.entries())
      test(`${name}${k ? ` (${k + 1})` : ''}`, { timeout: 60_000 }, async () => {
        const checked = await new Example(code, path.join(ROOT, file)).run();
        assert.ok(checked >= 0);
      });
});

describe('the runner of examples', () => {
  const run = (code: string) => new Example(code, path.join(ROOT, 'src', 'core', 'random.ts')).run();

  test('compares what stands behind // with the value of the statement', async () => {
    assert.equal(await run('1 + 1; // 2'), 1);
    assert.equal(await run('new Random(1).seed; // 1'), 1);
    assert.equal(await run('[1 / 3, NaN]; // [0.333, NaN]'), 1);
    assert.equal(await run("({ a: 'b' }); // { a: 'b' }"), 1);
    await assert.rejects(run('1 + 1; // 3'), /1 \+ 1.*is 2, not 3/s);
    await assert.rejects(run('1 / 3; // 0.334'), /is 0\.333/);
  });

  test('takes prose for prose, and fails when the code does', async () => {
    assert.equal(await run('1 + 1; // the sum'), 0);
    assert.equal(await run("import * as rl from 'reluctant';\nconst Random = 1; await rl;"), 0);
    await assert.rejects(run('nothing.like.this;'), /nothing is not defined/);
    await assert.rejects(run('// rl.fit(model);'), /the example runs nothing/);
  });
});
