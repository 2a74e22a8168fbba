// npm run bench:mutants [-- --half reporting --operators 8 --seeds 1 --datasets FOLDER --json FILE]: faults that nobody picked.
import * as fs from 'node:fs';
import { Command } from 'commander';
import { benchmark } from '../src/diagnosis';

interface Options {
  half: benchmark.Half;
  operators: string;
  seeds: string;
  datasets?: string;
  json?: string;
  from?: string;
}

async function main({ half, operators, seeds, datasets, json, from }: Options): Promise<void> {
  const earlier = from
    ? fs
        .readFileSync(from, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as benchmark.MutantRow)
    : undefined;
  const blueprints = [...benchmark.BLUEPRINTS, ...(datasets ? benchmark.packagedBlueprints(datasets) : [])];
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const lines = json ? fs.createWriteStream(json) : undefined;
  const rows =
    earlier ??
    (await benchmark.runMutants(blueprints, benchmark.MUTATIONS, {
      halves: [half],
      operators: Number(operators),
      seeds: seeds.split(',').map(Number),
      signal: abort.signal,
      onRow: (row) => {
        lines?.write(`${JSON.stringify(row)}\n`);
        const said = row.verdicts.map(({ cause }) => cause).join(' ') || 'no verdict';
        console.error(`${row.program} | ${row.operator || 'healthy'} ${row.severity}: ${said}`);
      },
    }));
  lines?.end();
  console.log(new benchmark.MutantSummary(rows).toString());
}

new Command('bench:mutants')
  .description(
    'Breaks healthy programs by operators that know no rule, diagnoses each, makes the named change, and counts.',
  )
  .option('--half <name>', 'development or reporting', 'reporting')
  .option('--operators <count>', 'operators per program, drawn at random', '8')
  .option('--seeds <list>', 'seeds of the mutants, separated by commas', '1')
  .option(
    '--datasets <folder>',
    'sklearn/datasets/data of an installation of scikit-learn, for programs on its data sets',
  )
  .option('--json <file>', 'write a line of JSON per run to this file')
  .option('--from <file>', 'sum up the lines of this file instead of running anything')
  .action((options: Options) => main(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
