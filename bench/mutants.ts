// npm run bench:mutants [-- --half reporting --shard 1/6 --json FILE]: faults that nobody picked. It goes on where FILE ends;
// npm run bench:mutants -- --from FILE FILE ... sums up.
import * as fs from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { benchmark } from '../src/diagnosis';
import { AS_WRITTEN, packagedAsWritten } from '../src/diagnosis/benchmark/blueprints';
import { lengthOf } from '../src/diagnosis/benchmark/lengths';
import { shardOf } from '../src/diagnosis/benchmark/mutants';

interface Options {
  half: benchmark.Half;
  operators: number;
  doubles: number;
  seeds: readonly number[];
  originals: number;
  shard: { shard: number; shards: number };
  datasets?: string;
  json?: string;
  from?: readonly string[];
  lengths?: boolean;
}

async function main(options: Options): Promise<void> {
  const { half, operators, doubles, seeds, originals, datasets, json, from } = options;
  if (from) {
    console.log(new benchmark.MutantSummary(from.flatMap(rowsOf)).toString());
    return;
  }
  if (options.lengths) {
    for (const one of [...AS_WRITTEN, ...packagedAsWritten(datasets ?? '')])
      console.log(`${one.name}: ${(await lengthOf(one)) ?? 'as written'}`);
    return;
  }
  const all = [...benchmark.BLUEPRINTS, ...(datasets ? benchmark.packagedBlueprints(datasets) : [])];
  const ofHalf = all.filter((blueprint) => benchmark.halfOf(blueprint) === half);
  const blueprints = shardOf(ofHalf, options.shard.shard, options.shard.shards);
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const rows = await benchmark.runMutants(blueprints, benchmark.MUTATIONS, {
    operators,
    doubles,
    seeds,
    originals,
    signal: abort.signal,
    ...(json && { done: rowsOf(json) }),
    onRow: (row) => {
      if (json) fs.appendFileSync(json, `${JSON.stringify(row)}\n`);
      const said = row.verdicts.map(({ cause }) => cause).join(' ') || 'no verdict';
      console.error(`${row.program} | ${row.operator || 'healthy'} ${row.severity}: ${said}`);
    },
  });
  console.log(new benchmark.MutantSummary(rows).toString());
}

/** The rows of a file; a last line that was cut off is left out, and written again. */
function rowsOf(file: string): benchmark.MutantRow[] {
  if (!fs.existsSync(file)) return [];
  const text = fs.readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) fs.writeFileSync(file, whole);
  return whole
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as benchmark.MutantRow);
}

function shardGiven(text: string): Options['shard'] {
  const [shard, shards] = text.split('/').map(Number);
  if (!(Number.isInteger(shard) && Number.isInteger(shards) && shard! >= 1 && shard! <= shards!))
    throw new InvalidArgumentError('say which part of how many, such as 2/6');
  return { shard: shard!, shards: shards! };
}

function halfGiven(text: string): benchmark.Half {
  if (text !== 'development' && text !== 'reporting') throw new InvalidArgumentError('development or reporting');
  return text;
}

function countGiven(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number, 0 or more');
  return Number(text);
}

new Command('bench:mutants')
  .description(
    'Breaks healthy programs by operators that know no rule, diagnoses each, makes the named change, and counts.',
  )
  .option('--half <name>', 'development or reporting', halfGiven, 'reporting' as const)
  .option('--operators <count>', 'operators per program, drawn at random', countGiven, 6)
  .option('--doubles <count>', 'mutants of two operators at once per program', countGiven, 1)
  .option('--seeds <list>', 'seeds of the mutants, separated by commas', (text) => text.split(',').map(countGiven), [1])
  .option('--originals <count>', 'seeds of every original; fewer than ten are for development', countGiven, 10)
  .option('--shard <part>', 'only this part of the programs, such as 2/6', shardGiven, { shard: 1, shards: 1 })
  .option(
    '--datasets <folder>',
    'sklearn/datasets/data of an installation of scikit-learn, for programs on its data sets',
  )
  .option('--json <file>', 'append a line of JSON per run to this file; what it holds already is not run again')
  .option('--from <files...>', 'sum up the lines of these files instead of running anything')
  .option('--lengths', 'print after how many epochs each program does best, and run nothing else')
  .action((options: Options) => main(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
