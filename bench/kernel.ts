// npm run bench:kernel [-- ROUNDS] [--deno PROGRAM]: this kernel beside ipykernel, stock tslab and, where there is one, Deno's, in one run on
// one machine; on the Node that runs it. Deno checks no types, and imports a module of Node.
// Each figure is a median. "ready": until the client can work; "first": until the first cell has been run as well.
// The second table is processor time, which says more than the clock when the machine has other work to do.
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Table } from '../src/tables';

const root = path.join(__dirname, '..');
const { python } = require('../setup/places.js') as { python: string };
const { kernelspec } = require('../setup/steps/kernelspec.js') as { kernelspec(): { argv: string[] } };
const { values: flags, positionals } = parseArgs({ allowPositionals: true, options: { deno: { type: 'string' } } });
const rounds = Number(positionals[0] ?? 3);

const typescript = { trivial: '1', import: "import * as rl from 'reluctant'", complete: 'rl.' };
const spec = (argv: string[], language: string) => ({ argv, language, display_name: language });
const kernels = [
  {
    kernel: 'ipykernel',
    folder: root,
    spec: spec([python, '-m', 'ipykernel_launcher', '-f', '{connection_file}'], 'python'),
    trivial: '1',
    import: 'import numpy as rl',
    complete: 'rl.',
  },
  {
    kernel: 'stock tslab',
    folder: root,
    spec: spec(
      [process.execPath, require.resolve('tslab/bin/tslab'), 'kernel', '--config-path', '{connection_file}'],
      'typescript',
    ),
    ...typescript,
  },
  { kernel: 'reluctant', folder: root, spec: spec(kernelspec().argv, 'typescript'), ...typescript },
  ...(flags.deno === undefined
    ? []
    : [
        {
          kernel: 'deno',
          folder: root,
          spec: spec([flags.deno, 'jupyter', '--kernel', '--conn', '{connection_file}'], 'typescript'),
          ...typescript,
          import: "import * as rl from 'node:fs'",
        },
      ]),
];

const { stdout, stderr, status } = spawnSync(python, [path.join(__dirname, 'kernel.py')], {
  input: JSON.stringify({ kernels, rounds }),
  encoding: 'utf8',
});
if (status !== 0) {
  console.error(stderr);
  process.exitCode = 1;
} else {
  const measured = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured);
  const heading = `Medians of ${rounds} starts on Node ${process.versions.node}; ipykernel imports numpy`;
  console.log(new Table(rowsOf(measured, 'wall'), { title: `${heading}: by the clock` }).toString());
  console.log(new Table(rowsOf(measured, 'cpu'), { title: `${heading}: processor time` }).toString());
  console.log(new Table(reached(measured), { title: 'What was to be reached, by the clock' }).toString());
}

type Phase = 'ready' | 'first' | 'import' | 'trivial' | 'complete';

interface Measured {
  kernel: string;
  /** Seconds by the clock. */
  wall: Record<Phase, number>;
  /** Seconds of processor time. */
  cpu: Record<Phase, number>;
}

/** One row per kernel in milliseconds, and two rows of ratios. */
function rowsOf(measured: readonly Measured[], clock: 'wall' | 'cpu') {
  const row = (name: string, value: (phase: Phase) => number, unit: (value: number) => string) => ({
    kernel: name,
    ready: unit(value('ready')),
    'first cell done': unit(value('first')),
    import: unit(value('import')),
    'trivial cell after it': unit(value('trivial')),
    completion: unit(value('complete')),
  });
  const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(seconds < 0.1 ? 1 : 0)} ms`;
  const own = measured.find(({ kernel }) => kernel === 'reluctant')!;
  return [
    ...measured.map((each) => row(each.kernel, (phase) => each[clock][phase], milliseconds)),
    ...measured
      .filter((other) => other !== own)
      .map((other) =>
        row(
          `reluctant / ${other.kernel}`,
          (phase) => own[clock][phase] / other[clock][phase],
          (ratio) => `${ratio.toFixed(2)} x`,
        ),
      ),
  ];
}

function reached(measured: readonly Measured[]) {
  const [ipykernel, tslab, own] = measured as [Measured, Measured, Measured];
  const ratio = (other: Measured, phase: Phase) => own.wall[phase] / other.wall[phase];
  const goals: [string, number, number][] = [
    ['ready / ipykernel', ratio(ipykernel, 'ready'), 0.6],
    ['import of the library / stock tslab', ratio(tslab, 'import'), 0.4],
    ['trivial cell after it / ipykernel', ratio(ipykernel, 'trivial'), 1.5],
    ['completion after rl. / ipykernel', ratio(ipykernel, 'complete'), 1],
  ];
  return goals.map(([goal, value, limit]) => ({
    goal,
    measured: `${value.toPrecision(3)} x`,
    'at most': `${limit} x`,
    reached: value <= limit ? 'yes' : 'no',
  }));
}
