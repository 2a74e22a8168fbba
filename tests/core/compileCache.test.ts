import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { test } from 'node:test';
import { compileCacheFolder, sealCompiledCode } from '../../src/core/compileCache';
import { Seals } from '../../src/core/seals';

function inFolder(run: (home: string) => void): void {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'cache-'));
  try {
    run(home);
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
}

test('compileCacheFolder makes one private folder per build of the library and set of flags', () => {
  inFolder((home) => {
    const [first, second] = ['a', 'b'].map((name) => path.join(home, name)) as [string, string];
    fs.writeFileSync(first, 'x');
    fs.writeFileSync(second, 'xy');
    const folder = compileCacheFolder(first, '', home, Seals.open(home))!;
    assert.equal(fs.statSync(folder).mode & 0o777, 0o700);
    assert.equal(compileCacheFolder(first, '', home, Seals.open(home)), folder);
    assert.notEqual(compileCacheFolder(second, '', home, Seals.open(home)), folder);
    assert.notEqual(compileCacheFolder(first, '--other', home, Seals.open(home)), folder);
  });
});

test('compileCacheFolder keeps the 200 files used last', () => {
  inFolder((home) => {
    const library = path.join(home, 'library');
    fs.writeFileSync(library, 'x');
    const folder = compileCacheFolder(library, '', home, Seals.open(home))!;
    for (let k = 0; k < 210; k++) {
      fs.writeFileSync(path.join(folder, `f${k}`), '');
      fs.utimesSync(path.join(folder, `f${k}`), k, k);
    }
    sealCompiledCode();
    compileCacheFolder(library, '', home, Seals.open(home));
    assert.equal(fs.readdirSync(folder).length, 200);
    assert.equal(fs.existsSync(path.join(folder, 'f9')), false);
    assert.equal(fs.existsSync(path.join(folder, 'f10')), true);
  });
});

test('compileCacheFolder does without where it cannot write, and where the path has blanks', () => {
  inFolder((home) => {
    const library = path.join(home, 'library');
    assert.equal(compileCacheFolder(library, '', home, Seals.open(home)), undefined);
    fs.writeFileSync(library, 'x');
    assert.equal(compileCacheFolder(library, '', path.join(library, 'below a file')), undefined);
    assert.equal(compileCacheFolder(library, '', path.join(home, 'with blank')), undefined);
  });
});
