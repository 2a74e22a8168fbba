// What may befall a process while it trains, sweeps or runs a notebook, and what the next start then has to give.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ROOT } from './notebooks';

/** A command that leaves something in a folder. */
export interface Operation {
  /** The command line, begun and gone on with. */
  args(folder: string, resume: boolean): string[];
  /** Whether the folder shows that the work is under way. */
  isBegun(folder: string): boolean;
  /** What has to be the same, whatever befell it. */
  result(folder: string): unknown;
}

const read = (...names: string[]): string => fs.readFileSync(path.join(...names), 'utf8');
const has = (folder: string, pattern: RegExp): boolean =>
  fs.existsSync(folder) &&
  fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).some((name) => pattern.test(name));

const train: Operation = {
  args: (folder, resume) => [
    ...['train', '--data', path.join(ROOT, 'data', 'market.csv'), '--output-dir', folder],
    ...[
      '--epochs',
      '12',
      '--batch-size',
      '64',
      '--learning-rate',
      '0.001',

      ...(resume ? ['--resume'] : []),
    ],
  ],
  isBegun: (folder) => has(folder, /checkpoint-000002/),
  result: (folder) => [
    fs.readFileSync(path.join(folder, 'weights.safetensors')).toString('base64'),
    read(folder, 'history.json'),
  ],
};

const sweep: Operation = {
  args: (folder) => [
    ...[
      'sweep',
      path.join(ROOT, 'tests', 'trials', 'sample.ts'),
      '{"learningRate": {"log": [0.001, 0.1]}, "units": [2, 4]}',
    ],
    ...['-o', folder, '--trials', '12', '--workers', '2', '--fresh-seeds', '0', '--json'],
    ...['--setting', '{"epochs": 40, "batchSize": 8, "mode": "graph"}'],
  ],
  isBegun: (folder) => has(folder, /result\.json$/),
  result: (folder) =>
    fs
      .readdirSync(path.join(folder, 'trials'))
      .sort()
      .map((id) => {
        const {
          seconds: _,
          trial: __,
          ...rest
        } = JSON.parse(read(folder, 'trials', id, 'result.json')) as Record<string, unknown>;
        return rest;
      }),
};

const notebook: Operation = {
  args: (folder) => ['run', path.join(path.dirname(folder), 'notebook.ipynb'), '--out', folder],
  isBegun: (folder) => has(path.dirname(folder), /^cell-two$/),
  result: (folder) => {
    const { cells } = JSON.parse(read(folder, 'notebook.ipynb')) as { cells: { outputs: unknown }[] };
    return cells.map(({ outputs }) => outputs);
  },
};

export const OPERATIONS = { train, sweep, notebook };

/** The notebook, which tells by a file that its second cell runs. */
export function writeNotebook(folder: string): void {
  const cell = (source: string, k: number) => ({
    ...{ cell_type: 'code', id: `cell-${k}`, metadata: {}, source, outputs: [], execution_count: null },
  });
  const cells = [
    'let sum = 0;',
    `require('node:fs').writeFileSync(${JSON.stringify(path.join(folder, 'cell-two'))}, '');
for (let k = 0; k < 40; k++) { sum += k; await new Promise((done) => setTimeout(done, 25)); }`,
    "console.log('x'.repeat(60_000)); sum",
  ];
  const about = { kernelspec: { name: 'reluctant', display_name: 'reluctant', language: 'typescript' } };
  const content = { nbformat: 4, nbformat_minor: 5, metadata: about, cells: cells.map(cell) };
  fs.writeFileSync(path.join(folder, 'notebook.ipynb'), JSON.stringify(content));
}

/** How a command ended. */
export interface Ended {
  status: number | null;
  text: string;
}

const PROGRAM = path.join(ROOT, 'bin', 'reluctant.js');
const ENVIRONMENT = { ...process.env, RELUCTANT_LEDGER: 'off' };

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    env: { ...ENVIRONMENT, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk) => {
      text += chunk;
    });
  return { child, ended: new Promise((resolve) => child.on('close', (status) => resolve({ status, text }))) };
}

/** Runs a command to its end. */
export const complete = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  start(args, env).ended;

async function begun(operation: Operation, folder: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null && !operation.isBegun(folder)) await wait(5);
}

/** Clock that goes back an hour with every second, in this process and all that it starts. */
const CLOCK = `const now = Date.now; const begin = now();
const shifted = () => begin - 3600 * (now() - begin);
const Real = Date;
globalThis.Date = class extends Real { constructor(...given) { given.length ? super(...given) : super(shifted()); } static now() { return shifted(); } };`;

/** What befalls a command; gives how it ended, and whether the folder is to be gone on with. */
type Adversity = (operation: Operation, folder: string) => Promise<Ended>;

/** The command in a mount namespace, its folder a file system of its own; what is left there is copied out. */
function mounted(operation: Operation, folder: string, script: string): Ended {
  const line = (resume: boolean) =>
    [process.execPath, PROGRAM, ...operation.args(folder, resume)]
      .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
      .join(' ');
  const whole = `F='${folder}'; mkdir -p "$F"; first() { ${line(false)}; }
    ${script}
    echo "status $code"; mkdir "$F.kept" && cp -a "$F/." "$F.kept/"`;
  const { stdout, stderr } = spawnSync('unshare', ['--mount', 'bash', '-c', whole], {
    encoding: 'utf8',
    env: { ...ENVIRONMENT, OPERATION_BEGUN: '' },
  });
  fs.rmSync(folder, { recursive: true, force: true });
  fs.renameSync(`${folder}.kept`, folder);
  return { status: Number(/status (\d+)/.exec(stdout)?.[1] ?? -1), text: stdout + stderr };
}

/** Kilobytes of a folder. */
const sizeOf = (folder: string): number =>
  Number(spawnSync('du', ['-sk', folder], { encoding: 'utf8' }).stdout.split('\t')[0]);

/** What may befall a command. @param whole the folder of one that nothing befell, for how much room it takes */
export const adversities = (whole: string): Record<string, Adversity> => ({
  'is killed': async (operation, folder) => {
    const { child, ended } = start(operation.args(folder, false));
    await begun(operation, folder, child);
    child.kill('SIGKILL');
    return ended;
  },
  'is stopped and goes on': async (operation, folder) => {
    const { child, ended } = start(operation.args(folder, false));
    await begun(operation, folder, child);
    child.kill('SIGSTOP');
    await wait(1500);
    child.kill('SIGCONT');
    return ended;
  },
  'has a clock that goes backwards': async (operation, folder) => {
    const file = path.join(path.dirname(folder), 'clock.cjs');
    fs.writeFileSync(file, CLOCK);
    return complete(operation.args(folder, false), { NODE_OPTIONS: `--require ${file}` });
  },
  'has too little memory': async (operation, folder) =>
    complete(operation.args(folder, false), { NODE_OPTIONS: '--max-old-space-size=24' }),
  'has a full disk': async (operation, folder) =>
    mounted(
      operation,
      folder,
      `mount -t tmpfs -o size=${Math.floor(sizeOf(whole) * 0.6)}k none "$F" || exit 99; first; code=$?`,
    ),
  'has a disk that may only be read': async (operation, folder) =>
    mounted(
      operation,
      folder,
      'mount -t tmpfs -o size=100m none "$F" && mount -o remount,ro "$F" || exit 99; first; code=$?',
    ),
  'has a disk that may only be read from some moment on': async (operation, folder) =>
    mounted(
      operation,
      folder,
      `mount -t tmpfs -o size=100m none "$F" || exit 99; first & one=$!
      for k in $(seq 3000); do ls -R "$F" | grep -qE "checkpoint-000002|result.json" && break; [ -e "$F/../cell-two" ] && break; kill -0 $one 2>/dev/null || break; sleep 0.01; done
      for k in $(seq 500); do mount -o remount,ro "$F" 2>/dev/null && break; sleep 0.01; done
      wait $one; code=$?`,
    ),
});

/** Something that befalls an operation, and then its next start. */
export async function survive(
  operation: Operation,
  folder: string,
  befalls: Adversity,
): Promise<{ first: Ended; next: Ended | undefined }> {
  const first = await befalls(operation, folder);
  if (first.status === 0) return { first, next: undefined };
  // What was killed before it had made its folder can only be begun.
  const isThere = fs.existsSync(path.join(folder, 'run.json'));
  return { first, next: await complete(operation.args(folder, isThere)) };
}
