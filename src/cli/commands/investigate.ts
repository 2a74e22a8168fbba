import * as path from 'node:path';
import type { Command } from 'commander';
import { parameterOption } from '../parameterOption';
import { INSTALLATION, shownPath } from '../places';
import type { ParameterText } from '../run/parameters';
import { runAll } from '../run/runAll';
import { untilStopped } from '../untilStopped';

const NOTEBOOK = path.join(INSTALLATION, 'notebooks', '01-dead-relu.ipynb');

const CLOSING = `
Examples:
  reluctant investigate
  reluctant investigate -p seed=2 --out another-seed

It is "reluctant run --html --quiet" of notebooks/01-dead-relu.ipynb: trains the documented model with its documented fault,
finds the fault, repairs it, and checks every claim on the way. The exit code is 1 if one of them does not hold.`;

interface Options {
  parameter: Map<string, ParameterText>;
  out: string;
}

/** `reluctant investigate`, the main job of `npm start`. */
export function define(command: Command): void {
  parameterOption(command.description('Run the dead-ReLU investigation without a screen, and write its report.'))
    .option('--out <folder>', 'where the executed notebook and the report go', 'reports')
    .addHelpText('after', CLOSING)
    .action(async ({ parameter, out }: Options) => {
      const parameters = Object.fromEntries(parameter);
      const options = { out, parameters, html: true, quiet: true };
      process.exitCode = await untilStopped((signal) =>
        runAll([shownPath(NOTEBOOK)], { ...options, signal }, process.stdout),
      );
    });
}
