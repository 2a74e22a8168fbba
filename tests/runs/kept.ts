// What a run, a cache or a set-up keeps on disk, each with all that a later process is told by it.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { withGraphFolder } from '../../src/compile/graphCache';
import { readModeNotes, writeModeNotes } from '../../src/compile/modeNotes';
import { tf } from '../../src/core';
import { compileCacheFolder, graphCache } from '../../src/core/compileCache';
import { Seals } from '../../src/core/seals';
import * as rl from '../../src/index';
import { DeclarationPack } from '../../src/kernel/compiler/declarationPack';
import { appendLine, readLines } from '../../src/ledger/lines';
import { trainingOfFolder } from '../../src/recordings';
import { Checkpoints } from '../../src/runs/checkpoints';
import { plan } from '../../src/trials/plan';
import { keepResult } from '../../src/trials/trial';

/** Something that is kept. */
export interface Kept {
  /** The files that are damaged. */
  files: string[];
  /** All that it tells. What it gives up and makes anew is the same as before; what it passes over, it names. */
  told(): string | Promise<string>;
  /** Puts back what a cache has given up. */
  restore?(): void;
}

const ROOT = path.join(__dirname, '..', '..');
const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

const filesIn = (folder: string): string[] =>
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => path.join(folder, name))
    .filter((file) => fs.statSync(file).isFile());

/** The folder of a run of the robust recipe. */
async function run(scratch: string): Promise<Kept> {
  const market = rl.synthetic.market({ symbols: 2, days: 150, seed: 7 });
  const folder = path.join(scratch, 'run');
  await rl.trainRobust(market, folder, { epochs: 2, mode: 'graph' });
  const told = () => {
    const { history, options, seed, verdicts, dataHash } = rl.runs.read(scratch, 'run');
    const { ranks, returns } = rl.predictRobust(market, folder);
    return JSON.stringify([history, options, seed, verdicts, dataHash, [...ranks], [...returns]]);
  };
  return { files: filesIn(folder), told };
}

/** Checkpoints by themselves: one that is damaged is passed over for the one before, which is said. */
async function checkpoints(scratch: string): Promise<Kept> {
  const folder = path.join(scratch, 'run', 'checkpoints');
  const told = () => {
    const { state, damaged } = new Checkpoints(folder).latest()!;
    return damaged.length > 0 ? SAID : hash(JSON.stringify(state));
  };
  return { files: filesIn(folder), told };
}

/** What is told where something was passed over, and named. */
export const SAID = 'said';

/** A training that Python recorded. */
async function recording(scratch: string): Promise<Kept> {
  const folder = path.join(scratch, 'torch');
  fs.cpSync(path.join(ROOT, 'tests', 'recordings', 'reference', 'torch'), folder, { recursive: true });
  fs.rmSync(path.join(folder, 'predicted.npz')); // what the tests compare with
  const told = async () => {
    const { run, model, data, options, notes, dispose } = await trainingOfFolder(folder);
    const values = tf.tidy(() => model.getWeights().map((weight) => hash(Buffer.from(weight.dataSync().buffer))));
    const rows = [data, data.validation!].flatMap(({ inputs, targets }) =>
      [inputs, targets].flatMap((part) =>
        Object.values(part).map((tensor) => hash(Buffer.from((tensor as rl.TF.Tensor).dataSync().buffer))),
      ),
    );
    await dispose();
    return JSON.stringify([run.history, run.initialWeights, options, notes, values, rows]);
  };
  return { files: filesIn(folder), told };
}

/** A finished sweep, whose results are not trained again. */
async function sweep(scratch: string): Promise<Kept> {
  const folder = path.join(scratch, 'sweep');
  const setting = { source: { synthetic: { symbols: 1, days: 120, seed: 7 } }, epochs: 1, mode: 'graph' } as const;
  const space = { learningRate: [0.001, 0.01] } as const;
  for (const [k, trial] of plan(space, { method: 'grid' }).entries()) {
    const numbers = { loss: 1 + k, val_loss: 2 + k };
    keepResult(folder, { ...trial, epochs: 1, lowest: numbers, highest: numbers, last: numbers, seconds: 1 });
  }
  const told = async () =>
    JSON.stringify(
      await rl.trials.search('robust', space, { folder, method: 'grid', workers: 1, freshSeeds: 0, setting }),
    );
  await told();
  return { files: filesIn(folder), told };
}

/** A ledger of trials. */
async function ledger(scratch: string): Promise<Kept> {
  const file = path.join(scratch, 'trials.jsonl');
  const time = '2026-01-01T00:00:00.000Z';
  const about = { host: 'h', version: '0.1.0', data: 'd', program: 'p', seed: 1, epochs: 1, rows: 9, heads: ['y'] };
  for (const trial of ['a', 'b', 'c']) {
    appendLine(file, { event: 'begun', trial, time, ...about });
    appendLine(file, { event: 'ended', trial, time, status: 'finished', reason: 'finished', epochs: 1, seconds: 1 });
    appendLine(file, { event: 'evaluated', trial, time, strategy: 'strategy', returns: [0.01, 0.02, trial.length] });
  }
  return { files: [file, `${file}.latest`], told: () => JSON.stringify(readLines(file)) };
}

/** Graphs of TensorFlow, and what was measured of modes. */
async function graphs(scratch: string): Promise<Kept> {
  process.env['XDG_CACHE_HOME'] = path.join(scratch, 'cache');
  process.env['XDG_STATE_HOME'] = path.join(scratch, 'state');
  const cache = graphCache()!;
  const graph = Buffer.from(Array.from({ length: 3000 }, (_, k) => (k * 7919) % 256));
  const load = (folder: string) => hash(fs.readFileSync(path.join(folder, 'saved_model.pb')));
  const notes = { seconds: { graph: 0.25, xla: 0.125 }, failed: { 'xla-step': 'no code for it' } };
  const nothing = JSON.stringify({ seconds: {}, failed: {} });
  const told = () => {
    const found = JSON.stringify(readModeNotes('step'));
    // Notes that are none are measured anew.
    return `${withGraphFolder('step', () => graph, load)} ${found === nothing ? JSON.stringify(notes) : found}`;
  };
  const restore = () => {
    withGraphFolder('step', () => graph, load);
    writeModeNotes('step', notes);
  };
  restore();
  return { files: [...filesIn(cache.folder), path.join(scratch, 'state', 'reluctant', 'seals.key')], told, restore };
}

/** Machine code of XLA: what is not as it was sealed is gone when TensorFlow begins to look. */
async function machineCode(scratch: string): Promise<Kept> {
  const library = path.join(scratch, 'library');
  fs.writeFileSync(library, 'x');
  const state = path.join(scratch, 'xla-state');
  const open = () => compileCacheFolder(library, '', path.join(scratch, 'xla-cache'), Seals.open(state))!;
  const folder = open();
  const code = Object.fromEntries(['a', 'b', 'c'].map((name) => [name, Buffer.alloc(2000, name)]));
  const restore = () => {
    for (const [name, bytes] of Object.entries(code)) fs.writeFileSync(path.join(folder, name), bytes);
    Seals.open(state)!.seal(folder);
  };
  restore();
  const told = () => {
    const kept = open();
    // No folder, or a file that has gone: compiled anew, to the same code.
    const all = Object.entries(code).map(([name, bytes]) => {
      const file = path.join(kept, name);
      return hash(fs.existsSync(file) ? fs.readFileSync(file) : bytes);
    });
    return all.join();
  };
  return { files: [...filesIn(folder), ...filesIn(path.join(state, 'reluctant'))], told, restore };
}

/** The declarations that the kernel's compiler has in one file. */
async function declarations(scratch: string): Promise<Kept> {
  const ts = require('typescript') as never;
  const root = path.join(scratch, 'installation');
  const packed = ['declarations.pack', 'declarations.pack.sha256'];
  // All else as it is: the pack knows the sizes and times of what it was made from.
  const mirrored = (folder: string, but: readonly string[]) => {
    fs.mkdirSync(path.join(root, folder), { recursive: true });
    for (const name of fs.readdirSync(path.join(ROOT, folder)))
      if (!but.includes(name)) fs.symlinkSync(path.join(ROOT, folder, name), path.join(root, folder, name));
  };
  mirrored('dist', ['kernel']);
  mirrored(path.join('dist', 'kernel'), packed);
  for (const name of ['node_modules', 'kernels']) fs.symlinkSync(path.join(ROOT, name), path.join(root, name));
  const files = packed.map((name) => path.join(root, 'dist', 'kernel', name));
  for (const file of files) fs.copyFileSync(path.join(ROOT, path.relative(root, file)), file);
  const textOf = (pack: DeclarationPack | undefined) =>
    pack && hash(pack.names.map((name) => `${name} ${pack.textOf(name)}`).join());
  const right = textOf(
    DeclarationPack.read(require('@tslab/typescript-for-tslab') as never, root) ?? DeclarationPack.read(ts, root),
  );
  if (!right) throw new Error('there is no pack of declarations: npm run setup makes it');
  const reader = DeclarationPack.read(ts, root) ? ts : (require('@tslab/typescript-for-tslab') as never);
  // Without a pack the declarations are read from their own files.
  const told = () => textOf(DeclarationPack.read(reader, root)) ?? right;
  return { files, told };
}

/** The stamps of a set-up, what it made itself, and the kernelspec: what is damaged is made anew, which is said. */
async function setUp(scratch: string): Promise<Kept> {
  const root = path.join(scratch, 'clone');
  fs.cpSync(path.join(ROOT, 'setup'), path.join(root, 'setup'), { recursive: true });
  fs.mkdirSync(path.join(root, 'dist'), { recursive: true });
  fs.writeFileSync(path.join(root, 'dist', 'index.js'), 'exports.one = 1;\n'.repeat(20));
  fs.mkdirSync(path.join(root, 'kernels'));
  fs.writeFileSync(path.join(root, 'kernels', 'logo-svg.svg'), '<svg/>');
  fs.writeFileSync(path.join(root, 'package.json'), '{"name": "reluctant"}');
  type Stamp = typeof import('../../setup/stamp.js');
  const stamp = require(path.join(root, 'setup', 'stamp.js')) as Stamp;
  const step = require(path.join(root, 'setup', 'steps', 'kernelspec.js')) as {
    reason(): string | undefined;
    perform(): Promise<void>;
  };
  stamp.start('library');
  stamp.finish('library', 'key', { made: ['dist'], isOwn: true });
  await step.perform();
  const { kernels, state } = require(path.join(root, 'setup', 'places.js')) as { kernels: string; state: string };
  const spec = path.join(kernels, 'reluctant', 'kernel.json');
  const told = () => (stamp.reason('library', 'key') || step.reason() ? SAID : hash(fs.readFileSync(spec)));
  return { files: [path.join(state, 'library.stamp'), path.join(root, 'dist', 'index.js'), spec], told };
}

/** Everything that is kept, with its share of the damages. */
export const KEPT: Readonly<Record<string, { share: number; make(scratch: string): Promise<Kept> }>> = {
  'a run': { share: 0.25, make: run },
  checkpoints: { share: 0.1, make: checkpoints },
  'a recording of Python': { share: 0.15, make: recording },
  'a sweep': { share: 0.1, make: sweep },
  'a ledger of trials': { share: 0.15, make: ledger },
  'graphs and what was measured of modes': { share: 0.1, make: graphs },
  'machine code': { share: 0.05, make: machineCode },
  'the pack of declarations': { share: 0.05, make: declarations },
  'a set-up': { share: 0.05, make: setUp },
};
