import type { Command } from 'commander';
import { runs } from '../../diagnosis';

interface Options {
  folder: string;
  json?: boolean;
}

const CLOSING = `
Examples:
  reluctant runs                              the runs in the folder "runs", newest first
  reluctant runs compare relu-7 softplus-7    these two side by side: settings, model, last numbers and how far they are apart
  tensorboard --logdir runs                   their curves and histograms`;

/** `reluctant runs`. */
export function define(command: Command): void {
  command
    .description('List the runs that were recorded, or compare two of them.')
    .argument('[runs...]', 'none to list them all, two (the word compare may stand before them) to compare them')
    .option('--folder <folder>', 'where the runs are', 'runs')
    .option('--json', 'print rows as JSON')
    .addHelpText('after', CLOSING)
    .action((given: string[], { folder, json }: Options) => {
      const names = given.length === 3 && given[0] === 'compare' ? given.slice(1) : given;
      if (names.length !== 0 && names.length !== 2) command.error('give no run, or two to compare');
      if (names.length === 0) {
        const listed = runs.list(folder);
        console.log(json ? JSON.stringify(listed) : listed.toString());
        // Rows alone are read by programs; people are told what is missing.
        if (json)
          for (const skipped of listed.skipped) console.error(`not listed: ${skipped.folder}: ${skipped.reason}`);
        return;
      }
      const compared = runs.compare(folder, names[0]!, names[1]!);
      console.log(json ? JSON.stringify(compared) : compared.toString());
    });
}
