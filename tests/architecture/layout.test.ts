import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';

const ROOT = path.resolve(__dirname, '..', '..');
const read = (file: string): string => fs.readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as {
  scripts: Record<string, string>;
  files: string[];
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

const TOP_LEVEL = [
  '.ci/',
  '.dependency-cruiser.cjs',
  '.gitattributes',
  '.github/',
  '.gitignore',
  '.npmrc',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'LICENSE',
  'SECURITY.md',
  'README.md',
  'bench/',
  'bin/',
  'biome.json',
  'data/',
  'docs/',
  'kernels/',
  'notebooks/',
  'package-lock.json',
  'package.json',
  'python/',
  'requirements.lock',
  'setup/',
  'src/',
  'tests/',
  'tsconfig.json',
];

/** The files of the repository, as git knows them; in a copy without git, nothing can be said. */
function committed(): string[] | undefined {
  try {
    const text = execFileSync('git', ['ls-files', '-z'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return text.split('\0').filter((file) => file && fs.existsSync(path.join(ROOT, file)));
  } catch {
    return undefined;
  }
}
const files = committed();
const skip = files ? false : 'this copy is not a git repository';
const isText = (file: string): boolean => !/\.(png|parquet|arrow|jpg|ico|gz|h5|npy|npz|bin)$/.test(file);

describe('the repository', { skip }, () => {
  test('has nothing at the top level but what is listed', () => {
    const top = new Set(files!.map((file) => (file.includes('/') ? `${file.split('/')[0]}/` : file)));
    assert.deepEqual(
      [...top].filter((name) => !TOP_LEVEL.includes(name)),
      [],
    );
  });

  test('names no folder of a machine and no host of a package index', () => {
    const machine = ['home/\\w', 'root/', 'Users/\\w', 'work/', 'tmp/\\w+-\\w'].map((place) => `["'\`= (]/${place}`);
    const hosts = ['registry\\.npmjs', 'npmjs\\.org', 'pythonhosted', 'pypi\\.org', 'registry\\.yarnpkg'];
    const pattern = new RegExp([...machine, ...hosts].join('|'));
    const found = files!
      .filter(isText)
      .filter((file) => file !== 'tests/architecture/layout.test.ts' && pattern.test(read(file)));
    assert.deepEqual(found, []);
  });

  test('has no drawer for odds and ends, and no work left in comments', () => {
    const drawers = /(^|\/)(utils?|helpers?|common|misc)(\/|\.\w+$)/i;
    assert.deepEqual(
      files!.filter((file) => !file.startsWith('data/') && drawers.test(file)),
      [],
    );
    const left = new RegExp(
      `\\b(${['TO', 'FIX'].map((word) => `${word}${word === 'TO' ? 'DO' : 'ME'}`).join('|')}|XX${'X'})\\b`,
    );
    const sources = files!.filter((file) => /^(src|bin|setup|kernels|python|tests)\/.*\.(ts|js|py)$/.test(file));
    assert.deepEqual(
      sources.filter((file) => left.test(read(file))),
      [],
    );
  });

  test('has the tests of every folder of src/ in a folder of that name', () => {
    const rooms = fs
      .readdirSync(path.join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory());
    const isTested = ({ name }: fs.Dirent): boolean =>
      files!.some((file) => file.startsWith(`tests/${name}/`) && file.endsWith('.test.ts'));
    assert.deepEqual(
      rooms.filter((room) => !isTested(room)).map(({ name }) => `src/${name} has no tests in tests/${name}`),
      [],
    );
  });

  test('has no tests but in folders named as what they test', () => {
    const folders = new Set(
      files!.filter((file) => /^tests\/.*\.test\.ts$/.test(file)).map((file) => path.dirname(file)),
    );
    const subjectOf = (folder: string): string[] =>
      folder === 'tests/architecture' ? ['src'] : [folder.replace('tests', 'src'), folder.replace('tests/', '')];
    assert.deepEqual(
      [...folders].filter((folder) => !subjectOf(folder).some((place) => fs.existsSync(path.join(ROOT, place)))),
      [],
    );
  });
});

describe('scripts of the shell', { skip }, () => {
  for (const file of files?.filter((name) => name.endsWith('.sh')) ?? [])
    test(`${file} is understood by bash`, () => {
      execFileSync('bash', ['-n', path.join(ROOT, file)], { stdio: 'pipe' });
    });
});

describe('package.json', () => {
  test('has a file behind every command', () => {
    for (const [name, line] of Object.entries(manifest.scripts)) {
      const [, file] = line.match(/^node (\S+\.js)/) ?? [];
      if (file) assert.ok(fs.existsSync(path.join(ROOT, file)), `npm run ${name}: ${file} is not there`);
    }
  });

  test('has every command in the README', () => {
    const readme = read('README.md');
    for (const name of Object.keys(manifest.scripts)) {
      const command = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
      assert.ok(readme.includes(`\`${command}`), `README.md does not explain "${command}"`);
    }
  });

  test('pins every dependency to one version', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      if (name !== 'reluctant') assert.match(version, /^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  });

  test('has the version that the packages of Python have', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    const places = [
      ['python/reluctant/pyproject.toml', /^version = "(.*)"$/m],
      ['python/reluctant/src/reluctant/__init__.py', /^__version__ = "(.*)"$/m],
      ['python/papermill/pyproject.toml', /^version = "(.*)"$/m],
    ] as const;
    for (const [file, pattern] of places) assert.equal(pattern.exec(read(file))?.[1], version, file);
  });

  test('publishes only what is there', () => {
    for (const file of manifest.files) assert.ok(fs.existsSync(path.join(ROOT, file)), file);
  });
});

describe('the documents', () => {
  for (const document of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/scale.md'])
    test(`${document}: every link into the repository leads somewhere, every command exists`, () => {
      const text = read(document);
      for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
        assert.ok(fs.existsSync(path.join(ROOT, target!)), `${document} links to ${target}`);
      for (const [, name] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(manifest.scripts[name!], `${document} names "npm run ${name}"`);
      // A path in a code span that starts with a folder of ours is a promise, too.
      for (const [, place] of text.matchAll(
        /`((?:src|bin|setup|python|tests|notebooks|data|docs|kernels|bench)\/[\w./-]+)`/g,
      ))
        assert.ok(fs.existsSync(path.join(ROOT, place!)), `${document} names ${place}`);
    });
});
