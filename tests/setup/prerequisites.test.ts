import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, describe, test } from 'node:test';
import { Clone, type Outcome } from './clone';

/** One message, its remedy, and a non-zero exit; no stack. */
function stopsWith(outcome: Outcome, problem: RegExp, fix: RegExp): void {
  assert.equal(outcome.status, 1, outcome.out);
  assert.equal(outcome.errors.match(/Set-up stopped:/g)?.length, 1, outcome.errors);
  assert.match(outcome.errors, problem);
  assert.match(outcome.errors, fix);
  assert.doesNotMatch(outcome.errors, /^\s+at /m);
  assert.doesNotMatch(outcome.out, /Ready/);
}

const INSTALL = process.platform === 'darwin' ? /brew install|xcode-select/ : /sudo (apt|dnf) install/;

describe('a missing prerequisite is named with the command that installs it, before anything is done', () => {
  const clone = new Clone();
  after(() => clone.dispose());

  const cases: { what: string; prepare?: () => void; mend?: () => void; env?: NodeJS.ProcessEnv; problem: RegExp }[] = [
    {
      what: 'no C++ compiler',
      prepare: () => clone.uninstall('c++'),
      mend: () => clone.install('c++'),
      problem: /no C\+\+ compiler was found \(looked for c\+\+, g\+\+, clang\+\+\)/,
    },
    {
      what: 'a C++ compiler that does not work',
      prepare: () => clone.install('c++', 'echo "fatal error: string: No such file" >&2; exit 1'),
      mend: () => clone.install('c++'),
      problem: /the C\+\+ compiler does not work \(c\+\+: fatal error: string: No such file\)/,
    },
    { what: 'a CXX that is not there', env: { CXX: 'no-such-compiler' }, problem: /looked for no-such-compiler/ },
    {
      what: 'no Python',
      prepare: () => clone.uninstall('python3'),
      mend: () => clone.install('python3'),
      problem: /Python 3\.10 to 3\.13 was not found$/m,
    },
    { what: 'a Python that is too old', env: { PYTHON_VERSION: '3.9' }, problem: /not found \(found python3 3\.9\)/ },
    { what: 'a Python that is too new', env: { PYTHON_VERSION: '3.14' }, problem: /not found \(found python3 3\.14\)/ },
    {
      what: 'a Python without venv',
      env: { NO_VENV: '1' },
      problem: /python3 cannot make virtual environments/,
    },
    { what: 'a PYTHON that is not there', env: { PYTHON: '/no/python' }, problem: /PYTHON is "\/no\/python"/ },
  ];
  for (const { what, prepare, mend, env, problem } of cases)
    test(what, async () => {
      prepare?.();
      const outcome = await clone.setUp([], env);
      mend?.();
      stopsWith(outcome, problem, INSTALL);
      assert.deepEqual(outcome.performed, []);
      assert.equal(clone.exists('node_modules'), false);
    });

  test('several at once are named together', async () => {
    clone.uninstall('c++');
    const outcome = await clone.setUp([], { NO_VENV: '1' });
    clone.install('c++');
    stopsWith(outcome, /virtual environments.*, and no C\+\+ compiler/, /and: /);
  });

  test('another Python on the PATH is taken when the first is too old', async () => {
    clone.install('python3.12', `PYTHON_VERSION=3.12 exec "${clone.tools}/python3" "$@"`);
    const outcome = await clone.setUp([], { PYTHON_VERSION: '3.9' });
    clone.uninstall('python3.12');
    assert.equal(outcome.status, 0, outcome.errors);
    for (const folder of ['.venv', 'node_modules', '.setup']) clone.remove(folder);
  });

  test('with everything there the same command succeeds', async () => {
    const outcome = await clone.setUp();
    assert.equal(outcome.status, 0, outcome.errors);
  });
});

describe('Node', () => {
  const clone = new Clone();
  after(() => clone.dispose());

  for (const version of ['12.22.0', '18.20.8', '20.18.3'])
    test(`${version} is refused with a sentence`, async () => {
      clone.write('fake.js', `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
      const outcome = await clone.setUp([], {}, { preload: clone.path('fake.js') });
      stopsWith(outcome, new RegExp(`Node ${version} is too old; 20\\.19 or later`), /install a current Node/);
    });

  test('every command looks at its version first, in syntax that an old one reads', () => {
    const { scripts, bin } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'package.json'), 'utf8'));
    const commands = [...Object.values<string>(scripts), ...Object.values<string>(bin).map((file) => `node ${file}`)];
    const files = new Set(commands.flatMap((line) => line.match(/^node ((?:bin|setup)\/\w+\.js)/)?.[1] ?? []));
    assert.ok(files.has('setup/setup.js') && files.has('bin/test.js'));
    for (const file of files) {
      const place = path.join(__dirname, '..', '..', file);
      if (!fs.existsSync(place)) continue; // every command has its file: tests/architecture
      const text = fs.readFileSync(place, 'utf8');
      const first = text.match(/require\('([^']+)'\)/)?.[1];
      assert.match(first!, /^\.(\.\/setup)?\/nodeVersion$/, `${file} must require nodeVersion first`);
      assert.doesNotMatch(text, /\?\.[a-z[(]|\?\?|^\s*await /m, `${file} has syntax that Node 12 does not read`);
    }
  });
});
