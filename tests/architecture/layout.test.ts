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

/** Longer than one idea usually needs; each with the reason why it is not two files. */
const LONG_FILES: Record<string, string> = {
  'src/compile/operationTable.ts':
    'made by python/operationTable.py from the registry of TensorFlow: one line per operation',
  'src/compile/trace.ts': 'one class: the backend that records instead of computing, method by method',
  'src/kernel/session.ts': 'one class: the order in which the kernel answers requests',
};
const LONGEST = 360; // lines

/** Folders of src/ whose tests go through another part, which they serve. */
const TESTED_IN: Record<string, string> = {
  cli: 'notebook',
  compile: 'training',
  kernel: 'notebook',
  losses: 'training',
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

  test('has no file of several ideas: longer ones are listed with a reason', () => {
    const long = files!
      .filter((file) => /^(src|bin|setup|kernels)\/.*\.(ts|js|cjs|mjs)$/.test(file))
      .filter((file) => read(file).split('\n').length > LONGEST + 1);
    assert.deepEqual(long.sort(), Object.keys(LONG_FILES).sort());
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

  test('has tests that mirror src/', () => {
    const folders = fs.readdirSync(path.join(ROOT, 'src'), { withFileTypes: true });
    for (const { name } of folders.filter((entry) => entry.isDirectory())) {
      const place = `tests/${TESTED_IN[name] ?? name}/`;
      assert.ok(
        files!.some((file) => file.startsWith(place) && file.endsWith('.test.ts')),
        `src/${name} has no ${place}*.test.ts`,
      );
    }
  });

  test('has every folder of src/ in the list of layers', () => {
    const { options, forbidden } = require(path.join(ROOT, '.dependency-cruiser.cjs')) as {
      options: object;
      forbidden: { name: string }[];
    };
    assert.ok(options);
    for (const entry of fs.readdirSync(path.join(ROOT, 'src'), { withFileTypes: true }))
      if (entry.isDirectory())
        assert.ok(
          forbidden.some(({ name }) => name === `arrows-of-${entry.name}`),
          entry.name,
        );
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

  test('publishes only what is there', () => {
    for (const file of manifest.files) assert.ok(fs.existsSync(path.join(ROOT, file)), file);
  });
});

describe('the documents', () => {
  for (const document of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'])
    test(`${document}: every link into the repository leads somewhere, every command exists`, () => {
      const text = read(document);
      for (const [, target] of text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g))
        assert.ok(fs.existsSync(path.join(ROOT, target!)), `${document} links to ${target}`);
      for (const [, name] of text.matchAll(/npm run ([\w:]+)/g))
        assert.ok(manifest.scripts[name!], `${document} names "npm run ${name}"`);
      // A path in a code span that starts with a folder of ours is a promise, too.
      for (const [, place] of text.matchAll(
        /`((?:src|bin|setup|python|tests|notebooks|data|kernels|bench)\/[\w./-]+)`/g,
      ))
        assert.ok(fs.existsSync(path.join(ROOT, place!)), `${document} names ${place}`);
    });
});
