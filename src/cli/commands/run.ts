import * as path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { ReluctantError } from '../../core';
import { parameterOption } from '../parameterOption';
import type { ParameterText, ParameterValues } from '../run/parameters';
import { runAll } from '../run/runAll';
import { untilStopped } from '../untilStopped';

interface Options {
  parameter: Map<string, ParameterText>;
  out: string;
  timeout?: number;
  totalTimeout?: number;
  kernel?: string;
  quiet?: boolean;
  html?: boolean;
  check?: boolean;
  updateRecords?: boolean;
  json?: boolean;
}

const CLOSING = `
Examples:
  reluctant run notebooks/*.ipynb
  reluctant run notebooks/training.ipynb -p epochs=2 -p symbols='["7203", "6758"]' --total-timeout 600
  reluctant run notebooks/*.ipynb --check          compare the recorded numbers with those committed beside the notebooks

Parameters are the variables that the notebook's cell tagged "parameters" declares with let. Values are JSON, or plain text
for a parameter of type string. They are checked before anything is run.`;

/** `reluctant run`. */
export function define(command: Command): void {
  parameterOption(
    command
      .description('Run notebooks from the first cell to the last, each in a new kernel.')
      .argument('<notebooks...>', 'paths of .ipynb files'),
  )
    .option('--out <folder>', 'where the executed notebooks go', 'reports')
    .option('--timeout <seconds>', 'time limit of a cell', seconds)
    .option('--total-timeout <seconds>', 'time limit of a notebook, the start of its kernel included', seconds)
    .option('--kernel <name>', 'another kernel than the one that the notebook names')
    .option('--html', 'write an HTML report beside the executed notebook: one file, its figures alive')
    .option('-q, --quiet', 'show only progress, errors, and what the cells tagged "verdict" show')
    .option('--check', 'compare the numbers recorded by rl.record with those in NAME.records.json')
    .option('--update-records', 'write the recorded numbers to NAME.records.json')
    .option('--json', 'print what came of each notebook as JSON, and the rest on standard error')
    .addHelpText('after', CLOSING)
    .action(async (notebooks: string[], options: Options) => {
      process.exitCode = await perform(notebooks, options);
    });
}

async function perform(notebooks: string[], options: Options): Promise<number> {
  if (options.check && options.updateRecords) {
    throw usage('--check and --update-records exclude each other', 'compare first, then update');
  }
  const names = notebooks.map((file) => path.basename(file));
  const twice = names.find((name, k) => names.indexOf(name) !== k);
  if (twice !== undefined) {
    throw usage(`two notebooks are called ${JSON.stringify(twice)}`, 'run them apart, each with its own --out');
  }
  const { parameter: given, json, ...rest } = options;
  const parameters: ParameterValues = Object.fromEntries(given);
  const asJSON = json && { onResults: (results: unknown) => console.log(JSON.stringify(results)) };
  const sink = json ? process.stderr : process.stdout;
  return untilStopped((signal) => runAll(notebooks, { ...rest, ...asJSON, parameters, signal }, sink));
}

function seconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It is a number of seconds above 0.');
  }
  return value;
}

function usage(problem: string, fix: string): ReluctantError {
  return new ReluctantError({ code: 'usage', operation: 'run', problem, fix });
}
