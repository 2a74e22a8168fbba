import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { describe, test } from 'node:test';
import { Example } from './example';

const ROOT = path.resolve(__dirname, '..', '..');

describe('every TypeScript example in the documents runs', () => {
  for (const document of ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md']) {
    const text = fs.readFileSync(path.join(ROOT, document), 'utf8');
    const examples = [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1]!);
    for (const [k, code] of examples.entries())
      test(`${document}, example ${k + 1}`, { timeout: 60_000 }, async () => {
        await new Example(code, path.join(ROOT, 'src', 'index.ts')).run();
      });
    if (document === 'README.md') test('README.md has some', () => assert.ok(examples.length >= 2));
  }
});
