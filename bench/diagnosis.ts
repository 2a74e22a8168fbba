// npm run bench:diagnosis [-- --seeds 1,2,3,4,5] [--json FILE] [--markdown FILE] [--program MODULE]: the benchmark of faults.
import * as fs from 'node:fs';
import { Command } from 'commander';
import { benchmark } from '../src/diagnosis';
import { formatDuration } from '../src/tables';

/** Seeds of the published figures. Rules were developed on 101 to 104. */
const SEEDS = '1,2,3,4,5';

interface Options {
  seeds: string;
  json?: string;
  markdown?: string;
  program: string[];
  onlyPrograms?: boolean;
}

async function main(options: Options): Promise<void> {
  const own = options.program.map(benchmark.programOfModule);
  const programs = options.onlyPrograms ? own : [...benchmark.twinPrograms(), ...benchmark.HEALTHY, ...own];
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  const start = performance.now();
  const result = await benchmark.runBenchmark(programs, {
    seeds: options.seeds.split(',').map(Number),
    signal: abort.signal,
    onRow: (row, done, all) => {
      const left = ((performance.now() - start) / 1000 / done) * (all - done);
      const said = row.right ? 'right' : `WRONG: ${row.verdicts || 'no verdict'}`;
      console.error(`${done}/${all}  ${formatDuration(left)} left  ${row.program}, seed ${row.seed}: ${said}`);
    },
  });
  console.log(result.toString());
  if (options.markdown) writeWhole(options.markdown, `${result.toMarkdown()}\n`);
  if (!options.json) return;
  const text = JSON.stringify({
    named: result.named,
    falseAlarms: result.falseAlarms,
    scores: result.scores(),
    rules: result.rules(),
    rows: result.rows,
  });
  writeWhole(options.json, `${text}\n`);
}

/** The file appears whole or not at all. */
function writeWhole(file: string, text: string): void {
  fs.writeFileSync(`${file}.draft`, text);
  fs.renameSync(`${file}.draft`, file);
}

new Command('bench:diagnosis')
  .description(
    'Trains every twin on every seed, diagnoses it, and prints the confusion matrix with precision and recall.',
  )
  .option('--seeds <list>', 'seeds, separated by commas', SEEDS)
  .option('--json <file>', 'write every row and score to this file')
  .option('--markdown <file>', 'write precision and recall by cause to this file, as Markdown')
  .option('--program <module...>', 'also run this module, whose default export is a program', [])
  .option('--only-programs', 'run the given modules without the twins')
  .action((options: Options) => main(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
