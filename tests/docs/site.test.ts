import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { writeSite } from '../../docs/site/build';
import { causePages, changes, type Numbers, type Shown, show } from '../../docs/site/causes';
import { guidePages } from '../../docs/site/guides';
import { brokenLinks } from '../../docs/site/links';
import type { Page } from '../../docs/site/page';
import { referencePages } from '../../docs/site/reference';
import { placesOf } from '../../docs/site/search';
import { CAUSES } from '../../src/diagnosis';
import { TWINS } from '../../src/diagnosis/benchmark';
import { publicNames } from '../architecture/publicSurface';
import { openBrowser } from '../browser';

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'site-'));
const names = publicNames();
let pages: Page[];
let dead: Shown;

before(async () => {
  const { pages: guides, files } = guidePages();
  dead = await show(TWINS.find(({ cause }) => cause === 'dead-head')!);
  pages = [
    ...guides,
    ...causePages([dead]),
    ...referencePages(new Map([['rl.plots.calibration', '<b>a picture</b>']]), names),
  ];
  writeSite(out, pages, files);
});
after(() => fs.rmSync(out, { recursive: true, force: true }));

test('every link of the site leads somewhere, and so does all that search offers', () => {
  assert.deepEqual(
    brokenLinks(
      out,
      placesOf(pages).map(({ at }) => at),
    ),
    [],
  );
  fs.writeFileSync(path.join(out, 'broken.html'), '<a href="index.html#nowhere">x</a><a href="gone.html">y</a>');
  assert.deepEqual(brokenLinks(out), ['broken.html: index.html#nowhere', 'broken.html: gone.html']);
  fs.rmSync(path.join(out, 'broken.html'));
});

test('every public name stands in the reference with its declaration, and every cause has a page', () => {
  const reference = pages.filter(({ part }) => part === 'Reference').map(({ markdown }) => markdown);
  const all = reference.join('\n');
  for (const { name } of names) assert.ok(all.includes(`# ${name}\n`), name);
  assert.match(all, /### rl\.plots\.calibration\n\n```ts\nexport function calibration\(/);
  assert.match(fs.readFileSync(path.join(out, 'reference', 'rl-plots.html'), 'utf8'), /<b>a picture<\/b>/);
  for (const { id } of CAUSES)
    assert.ok(
      pages.some((page) => page.path === `causes/${id}`),
      id,
    );
});

test('a cause shows its run, the mend as lines that go and come, its proof, and lines that make it again', () => {
  const page = pages.find((one) => one.path === 'causes/dead-head')!;
  const html = fs.readFileSync(path.join(out, 'causes', 'dead-head.html'), 'utf8');
  assert.match(html, /<del[^>]*>- tf\.layers\.dense\(\{ units: 1, activation: &#39;relu&#39;/);
  assert.match(html, /trained again from the same seed: the model is better/);
  assert.match(html, /alt="losses with the fault and without it"/);
  assert.match(page.markdown, /rl\.benchmark\.TWINS\.find/);
  assert.match(page.markdown, /DeepDiagnosis/, 'thresholds say where they come from');
  const text = fs.readFileSync(path.join(out, 'causes', 'dead-head.md'), 'utf8');
  assert.ok(text.includes('# A rectified head is dead') && !text.includes('{{'));
  assert.match(fs.readFileSync(path.join(out, 'llms.txt'), 'utf8'), /\(causes\/dead-head\.md\)/);
});

test('numbers that change fail the build, and those that are kept are those of the runs', () => {
  const kept = JSON.parse(
    fs.readFileSync(path.join(__dirname, '..', '..', 'docs', 'site', 'causes.json'), 'utf8'),
  ) as Record<string, Numbers>;
  assert.deepEqual(changes([dead], kept), []);
  const { fault } = dead.twin;
  const other = { ...kept[fault]!, named: 'overfitting', skills: { ...kept[fault]!.skills, volatility: 0.5 } };
  assert.equal(changes([dead], { [fault]: other }).length, 2);
  assert.match(changes([dead], {})[0]!, /no kept numbers/);
});

test('the site searches without a server, in the dark and at 400 pixels, and asks for nothing from outside', async () => {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 400, height: 900 }, colorScheme: 'dark' });
    const wrong: string[] = [];
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('request', (request) => /^(file|data):/.test(request.url()) || wrong.push(request.url()));
    for (const file of ['index.html', 'causes/dead-head.html', 'reference/rl-plots.html']) {
      await page.goto(pathToFileURL(path.join(out, file)).href);
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 400, file);
    }
    await page.fill('#search', 'rectified head is dead');
    const first = page.locator('#found a').first();
    await first.waitFor();
    assert.match((await first.textContent())!, /rectified head is dead/);
    await first.click();
    assert.match(page.url(), /causes\/dead-head\.html/);
    assert.deepEqual(wrong, []);
  } finally {
    await browser.close();
  }
});
