// npm run bench:callback [-- --rounds 5 --rows 20000 --epochs 10 --python PROGRAM]: what the recorders of the Python package cost a
// training of two million weights, without and with in turn: Keras in this project's environment, PyTorch in that of --python.
import { spawnSync } from 'node:child_process';
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { Table } from '../src/tables';

interface Pair {
  plain: number;
  recorded: number;
  plainCPU: number;
  recordedCPU: number;
  /** Processor seconds inside the recorder. */
  ownCPU: number;
  weights: number;
  looks: number;
}

const ROOT = path.join(__dirname, '..');
const { python } = require('../setup/places.js') as { python: string };
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: '20000' },
    epochs: { type: 'string', default: '10' },
    python: { type: 'string' },
  },
});

function pairsOf(framework: string, program: string): Pair[] {
  const { stdout, stderr, status } = spawnSync(
    program,
    [path.join(__dirname, 'callback.py'), framework, flags.rounds, flags.rows, flags.epochs],
    {
      encoding: 'utf8',
      env: { ...process.env, PYTHONPATH: path.join(ROOT, 'python', 'reluctant', 'src') },
    },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Pair);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

const programs = [
  ['keras', python] as const,
  ...(flags.python === undefined ? [] : [['torch', flags.python] as const]),
];
const rows = programs.flatMap(([framework, program]) => {
  const pairs = pairsOf(framework, program);
  // Processor time says more than the clock when the machine has other work to do.
  // What is spent inside the recorder says most of all: it is no difference of two large numbers.
  const clocks = {
    clock: ['plain', 'recorded'],
    processors: ['plainCPU', 'recordedCPU'],
    'processors, inside it': ['plainCPU', 'ownCPU'],
  } as const;
  return Object.entries(clocks).map(([by, [plain, recorded]]) => {
    const costs = pairs.map((pair) => pair[recorded] / pair[plain] - (recorded === 'ownCPU' ? 0 : 1));
    return {
      framework,
      weights: pairs[0]!.weights,
      'seconds by the': by,
      plain: median(pairs.map((pair) => pair[plain])),
      recorded: median(pairs.map((pair) => pair[recorded])),
      'cost, median': share(median(costs)),
      'at most 5 %': median(costs) <= 0.05 ? 'yes' : 'no',
      'each pair': costs.map(share).join(', '),
      'epochs looked at': median(pairs.map(({ looks }) => looks)),
    };
  });
});
const title = `${flags.rounds} pairs of ${flags.epochs} epochs on ${flags.rows} rows`;
console.log(new Table(rows, { title }).toString());
