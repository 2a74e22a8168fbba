// npm run bench:kernel [-- ROUNDS]: this kernel beside ipykernel and stock tslab, in one run on one machine.
// Each figure is a median. "ready": until the client can work; "first": until the first cell has been run as well.
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { Table } from '../src/tables';

const root = path.join(__dirname, '..');
const { python } = require('../setup/places.js') as { python: string };
const { kernelspec } = require('../setup/steps/kernelspec.js') as { kernelspec(): { argv: string[] } };
const rounds = Number(process.argv[2] ?? 3);

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
];

const { stdout, stderr, status } = spawnSync(python, [path.join(__dirname, 'kernel.py')], {
  input: JSON.stringify({ kernels, rounds }),
  encoding: 'utf8',
});
if (status !== 0) {
  console.error(stderr);
  process.exitCode = 1;
} else {
  const found = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, number> & { kernel: string });
  const milliseconds = (seconds: number | undefined) => Math.round((seconds ?? NaN) * 1000);
  const rows = found.map((row) => ({
    kernel: row.kernel,
    'ready [ms]': milliseconds(row['ready']),
    'first cell done [ms]': milliseconds(row['first']),
    'import [ms]': milliseconds(row['import']),
    'trivial cell after it [ms]': milliseconds(row['trivial']),
    'completion [ms]': milliseconds(row['complete']),
  }));
  console.log(new Table(rows, { title: `Medians of ${rounds} starts; ipykernel imports numpy` }).toString());
}
