import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { type LoadOptions, load } from '../../src/data';

// Files in the forms that people have, with the frame that pandas makes of each when it is told everything (reference/forms.py); and files as
// brokers, vendors, exchanges, central banks and programs of several countries write them, with the bars they were written from (reference/wild.py).
type Cell = number | string | null;
interface Form {
  file: string;
  options: LoadOptions;
  frame?: Record<string, Cell[]>;
  refuse?: string;
}
const formsOf = (name: string) => {
  const folder = path.join(__dirname, 'reference', name);
  const { forms } = JSON.parse(fs.readFileSync(path.join(folder, `${name}.json`), 'utf8')) as { forms: Form[] };
  return forms.map((form) => ({ ...form, folder }));
};
const forms = [...formsOf('forms'), ...formsOf('wild')];

for (const { folder, file, options, frame, refuse } of forms) {
  const given = Object.keys(options).length === 0 ? '' : ` with ${JSON.stringify(options)}`;
  test(`load ${refuse ? `refuses ${file} as ${refuse}` : `reads ${file}${given} as pandas does`}`, async () => {
    const place = path.join(folder, file);
    if (refuse) {
      await assert.rejects(load(place, options), (error: unknown) => {
        assert.ok(error instanceof ReluctantError, String(error));
        assert.equal(error.code, refuse, error.message);
        assert.equal(error.details.where?.['file'], place, 'it names the file');
        assert.ok(error.details.fix, 'it says what to do');
        return true;
      });
      return;
    }
    const data = await load(place, options);
    assert.deepEqual(data.names, Object.keys(frame!), 'columns');
    for (const [name, expected] of Object.entries(frame!)) {
      const values = data
        .values(name)
        .map((value) => (value === undefined ? null : value === Infinity ? 'Infinity' : value));
      assert.equal(values.length, expected.length, `${name}: rows`);
      values.forEach((value, row) => {
        const wanted = expected[row]!;
        if (typeof value === 'number' && typeof wanted === 'number')
          assert.ok(
            Math.abs(value - wanted) <= 1e-12 * Math.abs(wanted),
            `${name}, row ${row}: ${value} for ${wanted}`,
          );
        else assert.equal(value, wanted, `${name}, row ${row}`);
      });
    }
  });
}

test('there are at least 60 forms, and 60 files as others write them', () => {
  assert.ok(formsOf('forms').length >= 60 && formsOf('wild').length >= 60);
});
