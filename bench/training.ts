// npm run bench: compiled training beside tfjs-node and Keras, same model, data, batch and element type, in one run.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { formatDuration } from '../src/tables';
import { compareModel, SIDES } from './comparison';
import { OTHERS, type Other, RACES, race } from './races';
import { keepTimings, rowsOfTimings, timingsTable } from './results';
import { figureOf, type Row, tableOf } from './row';
import { robust, sweeping, watched } from './runs';
import { MODELS, type ModelName } from './workloads';

const MODEL_NAMES = Object.keys(MODELS) as ModelName[];
const WORKS = ['mlp', 'wavenet', ...MODEL_NAMES, 'robust', 'sweep', 'watch'] as const;

const isModel = (work: string): work is ModelName => work in MODELS;

interface Options {
  rounds: number;
  only?: string[];
  against?: Other[];
  epochs: number;
  json?: string;
  plot: string;
}

const { root, state } = require('../setup/places.js') as { root: string; state: string };
const PLOT = path.join(state, 'bench.svg');

async function main({ rounds, only, against, epochs, json, plot }: Options): Promise<void> {
  const rows: Row[] = [];
  const works = WORKS.filter((work) => only?.includes(work) ?? true);
  for (const [k, work] of works.entries()) {
    console.error(`${k + 1}/${works.length}  ${work}`);
    const more = isModel(work)
      ? await besidePeers(work, rounds)
      : work === 'robust'
        ? [await robust(epochs)]
        : work === 'sweep'
          ? [await sweeping(rounds)]
          : work === 'watch'
            ? await watched(rounds)
            : await race(work, against ?? OTHERS, rounds, progress());
    for (const row of more) console.error(`      ${row.ratio.toPrecision(3)} times faster than ${row.against}`);
    rows.push(...more);
  }
  console.log(String(tableOf(rows)));
  if (json) write(json, `${JSON.stringify(rows, null, 2)}\n`);
  write(plot, figureOf(rows).toSVG());
  console.log(`plot: ${path.relative(process.cwd(), plot)}`);
}

/** One model beside Keras and JAX in all their settings; the timings are kept under the commit. */
async function besidePeers(model: ModelName, rounds: number): Promise<Row[]> {
  const timings = await compareModel(model, SIDES, { rounds, onNote: (note) => console.error(`      ${note}`) });
  console.log(String(timingsTable(timings)));
  keepTimings(timings);
  return rowsOfTimings(model, timings);
}

/** Says on one line how much of a race is left, where somebody can see it. */
function progress(): (done: number) => void {
  const start = performance.now();
  return (done) => {
    if (!process.stderr.isTTY) return;
    const left = ((performance.now() - start) / 1000 / done) * (1 - done);
    process.stderr.write(
      `\r      ${Math.round(100 * done)} %, ${formatDuration(left)} left    ${done === 1 ? '\r\x1b[K' : ''}`,
    );
  };
}

/** A reader finds the old file or the new one, never half of one. */
function write(file: string, text: string): void {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.draft`, text);
  fs.renameSync(`${file}.draft`, file);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}

new Command('bench')
  .description(
    `Times compiled training beside ${OTHERS.join(', ')}, models of seven kinds beside Keras and JAX, the documented run, single runs of a sweep, and unwatched runs.`,
  )
  .option('--rounds <n>', 'times that every side is measured; medians are compared', wholeNumber, 3)
  .addOption(new Option('--only <work...>', 'do only these').choices(WORKS))
  .addOption(new Option('--against <side...>', `for ${Object.keys(RACES).join(' and ')}: only these`).choices(OTHERS))
  .option('--epochs <n>', 'of the documented run; with fewer than 50 the rest is reckoned', wholeNumber, 50)
  .option('--json <file>', 'write the rows { work, against, ratio, seconds, memory, ... } to this file')
  .addOption(new Option('--plot <file>', 'draw the ratios to this SVG file').default(PLOT, path.relative(root, PLOT)))
  .action((options: Options) => main(options))
  .parseAsync()
  .catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
