// Files and folders that reach for what is not theirs, ask for more than they have, or say what nobody writes: made out of what
// the library itself writes, each with one thing in it changed.
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import * as rl from '../../src/index';
import { appendLine } from '../../src/ledger/lines';
import { plan } from '../../src/trials/plan';
import { keepResult } from '../../src/trials/trial';
import { folderOfEvents, HISTORIES, type Maker, MODELS, TABLES } from './hostileForms';
import { type Surface, SWEPT } from './hostileReader';

/** One of the corpus: what is opened, and how. */
export interface Hostile {
  name: string;
  surface: Surface;
  file: string;
  /** Makes the file before it is opened; others are there. */
  make?: Maker;
}

/** What hostile files reach for. */
export interface Bait {
  /** A file that nobody names, and a number in it. */
  secret: string;
  /** A port that listens. */
  port: number;
  /** A file that is there once something of the corpus has run. */
  ran: string;
}

type JSONValue = null | boolean | number | string | JSONValue[] | { [name: string]: JSONValue };

/** Texts that mean something to a shell, to a browser, to a terminal, to JavaScript, or as a path or an address. */
const textsOf = ({ secret, port, ran }: Bait): string[] => [
  secret,
  path.join('..', '..', path.basename(path.dirname(secret)), path.basename(secret)),
  `file://${secret}`,
  `http://127.0.0.1:${port}/asked`,
  `$(touch ${ran})`,
  `'); require('child_process').execSync('touch ${ran}'); //`,
  `<img src="http://127.0.0.1:${port}/image" onerror="fetch('http://127.0.0.1:${port}/script')">`,
  '__proto__',
  'constructor',
  '\u001b]52;c;aGk=\u0007\u001b[2J',
  '\u202egnp.exe',
  'a\u0000b',
  '',
  'x'.repeat(2_000_000),
];
const NUMBERS: JSONValue[] = [-1, 1e308, 1e12, 0.5, 2 ** 31, null, '7', [], { number: 'NaN' }];
const OTHERS: JSONValue[] = [{}, [], 'text', 7, null, { length: 1e9 }, [[[[]]]], { 0: 1, length: -1 }];

/** Every place in a value, as the keys that lead to it. */
function placesOf(value: JSONValue, before: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [before];
  const keys = Array.isArray(value) ? value.slice(0, 2).map((_, k) => k) : Object.keys(value);
  return [before, ...keys.flatMap((key) => placesOf((value as Record<string, JSONValue>)[key]!, [...before, key]))];
}

function replaced(value: JSONValue, place: readonly (string | number)[], by: JSONValue): JSONValue {
  if (place.length === 0) return by;
  const copy = structuredClone(value) as Record<string | number, JSONValue>;
  let at = copy;
  for (const key of place.slice(0, -1)) at = at[key] as Record<string | number, JSONValue>;
  at[place.at(-1)!] = by;
  return copy as JSONValue;
}

const at = (value: JSONValue, place: readonly (string | number)[]): JSONValue =>
  place.reduce<JSONValue>((inner, key) => (inner as Record<string | number, JSONValue>)[key]!, value);

/** A value with one place of it changed, `count` times, over all of its places. */
function changedOnce(value: JSONValue, bait: Bait, count: number): JSONValue[] {
  const places = placesOf(value).slice(1);
  const texts = textsOf(bait);
  return Array.from({ length: count }, (_, k) => {
    const place = places[Math.floor(((k + 0.5) / count) * places.length)]!;
    const before = at(value, place);
    const choice = typeof before === 'string' ? texts : typeof before === 'number' ? NUMBERS : OTHERS;
    return replaced(value, place, choice[k % choice.length]!);
  });
}

/** What may stand in the place of any JSON file. */
const WHOLES: Record<string, (file: string) => void> = {
  pipe: (file) => void execFileSync('mkfifo', [file]),
  'endless device': (file) => fs.symlinkSync('/dev/zero', file),
  'link in a circle': (file) => fs.symlinkSync(path.basename(file), file),
  folder: (file) => void fs.mkdirSync(file),
  empty: (file) => fs.writeFileSync(file, ''),
  'deep lists': (file) => fs.writeFileSync(file, `${'['.repeat(300_000)}${']'.repeat(300_000)}`),
  'deep objects': (file) => fs.writeFileSync(file, `${'{"history":'.repeat(100_000)}1${'}'.repeat(100_000)}`),
  blanks: (file) => fs.writeFileSync(file, Buffer.alloc(3_000_000, ' ')),
  'another form': (file) => fs.writeFileSync(file, Buffer.from('{"a": 1}', 'utf16le')),
  prototype: (file) =>
    fs.writeFileSync(file, '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  'many names': (file) =>
    fs.writeFileSync(file, `{${Array.from({ length: 50_000 }, (_, k) => `"n${k}":[${k}]`).join()}}`),
};

/** Puts together what the corpus is made out of, as this library writes it, and changes it. */
export class Corpus {
  readonly all: Hostile[] = [];

  constructor(
    private readonly folder: string,
    private readonly bait: Bait,
  ) {}

  /** A file of JSON by itself, or one of the files of a folder that is opened. */
  private json(surface: Surface, name: string, text: string, count: number, inside?: string): void {
    const place = (what: string): string => {
      const target = path.join(this.folder, `${surface}-${this.all.length}`, inside === undefined ? name : 'one');
      fs.mkdirSync(path.dirname(target), { recursive: true });
      if (inside === undefined) {
        this.all.push({ name: `${surface}: ${what}`, surface, file: target });
        return target;
      }
      fs.cpSync(inside, target, { recursive: true });
      // Whoever makes the folder makes its digests as well.
      for (const list of fs.readdirSync(target, { recursive: true, encoding: 'utf8' }))
        if (path.basename(list) === 'digests.json') fs.rmSync(path.join(target, list));
      this.all.push({ name: `${surface}: ${name} as ${what}`, surface, file: target });
      fs.rmSync(path.join(target, name), { force: true });
      return path.join(target, name);
    };
    for (const [what, make] of Object.entries(WHOLES)) make(place(what));
    for (const [k, changed] of changedOnce(JSON.parse(text) as JSONValue, this.bait, count).entries())
      fs.writeFileSync(place(`it is, with change ${k}`), JSON.stringify(changed));
  }

  private put(surface: Surface, name: string, content: string | Uint8Array): void {
    const file = path.join(this.folder, `${surface}-${this.all.length}`, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content);
    this.all.push({ name: `${surface}: ${name}`, surface, file });
  }

  /** Everything. @param made a folder with the run "run" of the robust recipe, and `torch`, a recording. */
  async make(made: string, torch: string): Promise<void> {
    const read = (...names: string[]) => fs.readFileSync(path.join(...names), 'utf8');
    const run = path.join(made, 'run');
    for (const name of ['run.json', 'history.json']) this.json('runs', name, read(run, name), 6, run);
    this.json('predict', 'model.json', read(run, 'model.json'), 8, run);
    this.json('ownRun', 'run.json', read(run, 'run.json'), 8, run);
    this.json('recording', 'recording.json', read(torch, 'recording.json'), 10, torch);
    this.json('recording', 'graph.json', read(torch, 'graph.json'), 24, torch);
    this.json('recording', 'history.json', read(torch, 'history.json'), 6, torch);
    this.json('history', 'history.json', read(torch, 'history.json'), 10);
    this.json('criteria', 'criteria.json', read('data', 'criteria', 'run-3.json'), 10);
    this.json(
      'records',
      'a.records.json',
      '{"loss": {"value": 1, "tolerance": 0.1}, "b": {"value": "NaN", "tolerance": 0}}',
      6,
    );
    this.json('setting', 'setting.json', '{"epochs": 3, "source": {"files": ["a.csv"]}}', 4);
    this.sweep();
    this.ledger();
    this.notebooks();
    this.histories();
    this.checkpoints(path.join(run, 'checkpoints'));
    this.archives(torch);
    this.forms();
  }

  private sweep(): void {
    const folder = path.join(this.folder, 'sweep');
    const trials = plan({ learningRate: [0.001, 0.01] }, { method: 'grid' });
    const numbers = { loss: 1, val_loss: 2 };
    for (const trial of trials)
      keepResult(folder, { ...trial, epochs: 1, lowest: numbers, highest: numbers, last: numbers, seconds: 1 });
    const own = { module: 'robust', setting: SWEPT, space: { learningRate: [0.001, 0.01] }, method: 'grid', seed: 0 };
    fs.writeFileSync(path.join(folder, 'sweep.json'), JSON.stringify({ formatVersion: 1, ...own, trials: 2 }));
    const result = path.join('trials', trials[0]!.id, 'result.json');
    this.json('sweep', result, fs.readFileSync(path.join(folder, result), 'utf8'), 8, folder);
    this.json('sweep', 'sweep.json', fs.readFileSync(path.join(folder, 'sweep.json'), 'utf8'), 4, folder);
    const parameters = {
      formatVersion: 1,
      ...trials[0]!,
      name: 'a',
      module: 'robust',
      base: SWEPT,
      folder,
      ledger: false,
    };
    this.json('trial', 'parameters.json', JSON.stringify(parameters), 8);
  }

  private ledger(): void {
    const file = path.join(this.folder, 'trials.jsonl');
    const time = '2026-01-01T00:00:00.000Z';
    const about = { host: 'h', version: '0.1.0', data: 'd', program: 'p', seed: 1, epochs: 1, rows: 9, heads: ['y'] };
    const returns = Array.from({ length: 40 }, (_, k) => 0.01 * Math.sin(k * 7));
    for (const trial of ['a', 'b']) {
      appendLine(file, { event: 'begun', trial, time, ...about });
      appendLine(file, { event: 'ended', trial, time, status: 'finished', reason: 'finished', epochs: 1, seconds: 1 });
      appendLine(file, {
        event: 'evaluated',
        trial,
        time,
        strategy: 'strategy',
        returns: returns.map((r) => r + (trial === 'a' ? 0 : 0.001 * r)),
      });
    }
    const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    for (const line of [0, 2]) {
      // Whoever changes a line leaves out what would tell of it.
      const { own: _, ...bare } = JSON.parse(lines[line]!) as { own: string } & Record<string, JSONValue>;
      this.json('ledger', 'trials.jsonl', JSON.stringify(bare), 12);
    }
    this.put('ledger', 'half.jsonl', '{"a\n'.repeat(50_000));
    this.put('ledger', 'long.jsonl', `{"format":1,"previous":"${'x'.repeat(20_000_000)}"}`);
  }

  private notebooks(): void {
    const { port, secret } = this.bait;
    const url = `http://127.0.0.1:${port}/asked`;
    const notebook = (...cells: JSONValue[]) =>
      JSON.stringify({
        nbformat: 4,
        nbformat_minor: 5,
        metadata: { kernelspec: { display_name: 'x', language: 'x' } },
        cells,
      });
    const code = (data: JSONValue): JSONValue => ({
      ...{ cell_type: 'code', metadata: { tags: ['parameters'] }, execution_count: 1, source: 'let a = 1;' },
      outputs: [{ output_type: 'display_data', metadata: {}, data }],
    });
    this.json(
      'report',
      'a.ipynb',
      notebook({ cell_type: 'markdown', metadata: {}, source: '# x' }, code({ 'text/plain': 'x' })),
      10,
    );
    this.json('parameters', 'a.ipynb', notebook(code({ 'text/plain': 'x' })), 8);
    const figure = (trace: JSONValue, layout: JSONValue = {}) => ({
      'application/vnd.plotly.v1+json': { data: [trace], layout },
    });
    const outputs: Record<string, JSONValue> = {
      image: { 'text/html': `<img src="${url}"><img srcset="${url} 2x"><picture><source srcset="${url}"></picture>` },
      frames: {
        'text/html': `<iframe src="${url}"></iframe><object data="${url}"></object><embed src="${url}"><frame src="${url}">`,
      },
      styles: {
        'text/html': `<style>@import "${url}"; body{background:url(${url})}</style><p style="background:url('${url}')">x</p>`,
      },
      links: {
        'text/html': `<link rel=stylesheet href="${url}"><link rel=prefetch href="${url}"><base href="${url}"><meta http-equiv=refresh content="0;url=${url}">`,
      },
      media: {
        'text/html': `<video src="${url}" autoplay poster="${url}"></video><audio src="${url}" autoplay></audio><track src="${url}">`,
      },
      form: {
        'text/html': `<form action="${url}"><input type=image src="${url}"></form><button formaction="${url}">x</button><isindex action="${url}">`,
      },
      script: {
        'text/html': `<script src="${url}"></script><svg onload="fetch('${url}')"></svg><body onload="fetch('${url}')">`,
      },
      'image of vectors': {
        'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg"><image href="${url}"/><use href="${url}#a"/><style>@import url(${url});</style><foreignObject><img src="${url}"/></foreignObject><script>fetch('${url}')</script></svg>`,
      },
      'entities of XML': {
        'image/svg+xml': `<!DOCTYPE svg [<!ENTITY a SYSTEM "file://${secret}"><!ENTITY b "${'&a;'.repeat(100)}">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;&b;</text></svg>`,
      },
      'a picture that is an address': { 'image/png': url },
      'a picture that leaves its attribute': { 'image/png': `" onerror="fetch('${url}')` },
      tiles: figure({ type: 'scattermap', lat: [1], lon: [1] }, { map: { style: url } }),
      mapbox: figure(
        { type: 'scattermapbox', lat: [1], lon: [1] },
        {
          mapbox: {
            style: {
              version: 8,
              sources: { a: { type: 'raster', tiles: [url] } },
              layers: [{ id: 'a', type: 'raster', source: 'a' }],
            },
          },
        },
      ),
      geography: figure({ type: 'choropleth', locations: ['DEU'], z: [1] }, { geo: { scope: 'europe' } }),
      shapes: figure({ type: 'choroplethmap', geojson: url, locations: ['a'], z: [1] }),
      'images of a figure': figure(
        { type: 'image', source: url },
        { images: [{ source: url, x: 0, y: 1, sizex: 1, sizey: 1, xref: 'paper', yref: 'paper' }] },
      ),
      'links of a figure': figure(
        {
          type: 'scatter',
          y: [1],
          text: [`<a href="javascript:fetch('${url}')">x</a>`],
          mode: 'text',
          name: `<img src="${url}">`,
        },
        { title: { text: `<a href="${url}">x</a><img src="${url}">` } },
      ),
      'a figure of no form': { 'application/vnd.plotly.v1+json': [{ data: 'x', layout: 5 }, null] },
      'a figure of 300,000 points': figure({ type: 'scatter', y: Array.from({ length: 300_000 }, (_, k) => k % 7) }),
      'a figure that is deep': {
        'application/vnd.plotly.v1+json': JSON.parse(`${'{"data":['.repeat(2000)}${']}'.repeat(2000)}`) as JSONValue,
      },
      'a page over the page': {
        'text/html': `<div style="position:fixed;inset:0;z-index:99999;background:#fff">the verdict is fine</div>`,
      },
      formulas: { 'text/latex': `$\\href{javascript:fetch('${url}')}{x}\\includegraphics{${url}}$` },
      'markdown of an output': { 'text/markdown': `![x](${url}) <img src="${url}"> [x](javascript:fetch('${url}'))` },
      'code for the page': { 'application/javascript': `fetch('${url}')` },
      widget: {
        'application/vnd.jupyter.widget-view+json': { model_id: 'x', version_major: 2 },
        'text/html': `<script>fetch('${url}')</script>`,
      },
      'a table of a million columns': { 'text/html': `<table><tr>${'<td>1'.repeat(1_000_000)}</table>` },
      'deep markup': { 'text/html': `${'<div>'.repeat(100_000)}x` },
    };
    for (const [name, data] of Object.entries(outputs)) this.put('report', `${name}.ipynb`, notebook(code(data)));
    for (const [k, text] of textsOf(this.bait).entries()) {
      this.put(
        'report',
        `text-${k}.ipynb`,
        notebook({ cell_type: 'markdown', metadata: {}, source: `# ${text}\n\n![x](${url})\n\n[x]: ${url}` }),
      );
      this.put(
        'parameters',
        `source-${k}.ipynb`,
        notebook({
          cell_type: 'code',
          metadata: { tags: ['parameters'] },
          outputs: [],
          execution_count: 1,
          source: `let a = ${JSON.stringify(text)}; let b: import("${text}").T = 1;`,
        }),
      );
    }
    for (const [name, source] of Object.entries({
      deep: `let a = ${'['.repeat(20_000)}`,
      sum: `let a = ${'1+'.repeat(50_000)}1`,
      type: `let a: ${'Array<'.repeat(5000)}`,
    }))
      this.put(
        'parameters',
        `${name}.ipynb`,
        notebook({ cell_type: 'code', metadata: { tags: ['parameters'] }, outputs: [], execution_count: 1, source }),
      );
    this.put('report', 'many.ipynb', notebook(...Array.from({ length: 500 }, () => code({ 'text/html': '<b>x' }))));
  }

  /** What asks for far more than it holds: made when it is opened. */
  private forms(): void {
    const add = (surface: Surface, name: string, make: Maker) => {
      const file = path.join(this.folder, `${surface}-${this.all.length}`, name);
      this.all.push({ name: `${surface}: ${name}`, surface, file, make });
    };
    for (const [name, make] of Object.entries(TABLES)) add('data', name, make);
    for (const [name, make] of Object.entries(MODELS)) {
      add('weights', name, make);
      if (/\.(keras|h5)$/.test(name)) add('model', name, make);
    }
    for (const [name, make] of Object.entries(HISTORIES)) add('history', name, make);
    add('history', 'events', folderOfEvents);
  }

  private histories(): void {
    this.put(
      'history',
      'long.csv',
      `epoch,loss\n${Array.from({ length: 100_000 }, (_, k) => `${k},${1 / (k + 1)}`).join('\n')}\n`,
    );
    this.put(
      'history',
      'wide.csv',
      `epoch,${Array.from({ length: 20_000 }, (_, k) => `m${k}`).join()}\n0,${Array(20_000).fill(1).join()}\n`,
    );
    this.put('history', 'same.csv', `epoch,loss\n${'1,2\n'.repeat(100_000)}`);
    for (const [k, text] of textsOf(this.bait).slice(0, -1).entries())
      this.put('history', `named-${k}.csv`, `epoch,loss,"${text.replaceAll('"', '""')}"\n0,1,2\n1,1,2\n2,1,2\n`);
    // Files of other programs, by names that mean something here.
    this.put(
      'history',
      'events.out.tfevents.1.csv',
      Buffer.concat([Buffer.from('1800000000000000', 'hex'), Buffer.alloc(60, 7)]),
    );
    this.put(
      'data',
      'bomb.csv.gz',
      zlib.gzipSync(Buffer.concat([Buffer.from('a,b\n'), Buffer.alloc(300_000_000, '0,0\n')]), { level: 1 }),
    );
    this.put('data', 'truth.csv', 'a,b\n1,2\n');
    fs.writeFileSync(
      path.join(path.dirname(this.all.at(-1)!.file), 'truth.truth.json'),
      `{"generator": "${this.bait.secret}", "parameters": {"__proto__": 1}}`,
    );
    this.put('data', 'truth of a pipe.csv', 'a,b\n1,2\n');
    execFileSync('mkfifo', [path.join(path.dirname(this.all.at(-1)!.file), 'truth of a pipe.truth.json')]);
  }

  /** Checkpoints with a right checksum and a wrong header. */
  private checkpoints(folder: string): void {
    const { createHash } = require('node:crypto') as typeof import('node:crypto');
    const newest = fs.readdirSync(folder).sort().at(-1)!;
    const bytes = fs.readFileSync(path.join(folder, newest));
    const end = 12 + bytes.readUInt32LE(8);
    const header = JSON.parse(bytes.toString('utf8', 12, end)) as JSONValue;
    const sealed = (text: string, claimed = Buffer.byteLength(text)) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(claimed);
      const body = Buffer.concat([bytes.subarray(0, 8), length, Buffer.from(text), bytes.subarray(end, -32)]);
      return Buffer.concat([body, createHash('sha256').update(body).digest()]);
    };
    for (const changed of changedOnce(header, this.bait, 16))
      this.put('checkpoint', newest, sealed(JSON.stringify(changed)));
    this.put('checkpoint', newest, sealed('{}'));
    this.put('checkpoint', newest, sealed('null'));
    this.put('checkpoint', newest, sealed(JSON.stringify(header), 2 ** 32 - 1));
    this.put('checkpoint', newest, sealed('['.repeat(300_000)));
  }

  /** Archives of a recording that are not what they were, and folders of a SavedModel whose files are none. */
  private archives(torch: string): void {
    for (const name of ['weights.npz', 'initial.npz', 'data.npz'])
      for (const [what, make] of Object.entries(WHOLES).slice(0, 5)) {
        const file = path.join(this.folder, `archive-${this.all.length}`, 'one');
        fs.cpSync(torch, file, { recursive: true });
        fs.rmSync(path.join(file, 'digests.json'));
        fs.rmSync(path.join(file, name));
        make(path.join(file, name));
        this.all.push({ name: `recording: ${name} as ${what}`, surface: 'recording', file });
      }
    for (const [what, make] of Object.entries(WHOLES).slice(0, 5))
      for (const [name, surface] of [
        ['variables/variables.index', 'weights'],
        ['model.keras', 'model'],
        ['model.safetensors', 'weights'],
      ] as const) {
        const file = path.join(this.folder, `saved-${this.all.length}`, name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        make(file);
        this.all.push({
          name: `${surface}: ${name} as ${what}`,
          surface,
          file: name.startsWith('variables') ? path.dirname(path.dirname(file)) : file,
        });
      }
  }
}

/** What a corpus is made out of: a run of the robust recipe, as `reluctant train` writes it, with checkpoints. */
export async function makeRun(folder: string): Promise<void> {
  const { synthetic, train, programs } = rl;
  void synthetic;
  await train(await programs.loadProgram('robust', { ...SWEPT, epochs: 2 }), { folder: path.join(folder, 'run') });
}
