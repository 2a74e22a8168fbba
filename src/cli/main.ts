import { Command } from 'commander';
import { ReluctantError } from '../core';
import { addRun } from './commands/run';
import { INSTALLATION } from './places';

/** The `reluctant` command: one file per subcommand in `commands/`. */
const program = new Command('reluctant')
  .description('Find out why a neural network will not learn, mend it, and prove that it is mended.')
  .version((require(`${INSTALLATION}/package.json`) as { version: string }).version)
  .showHelpAfterError('(add --help for help)');
addRun(program);

program.parseAsync().catch((error: unknown) => {
  if (!(error instanceof ReluctantError)) throw error;
  console.error(`✘ ${error.message}`);
  process.exitCode = 1;
});
