import type { Command } from 'commander';
import { ReluctantError, statusOf } from '../../core';
import { openLab } from '../lab';

const CLOSING = `
It serves this machine only, behind a token. Options behind -- go to JupyterLab.

Examples:
  $ npx reluctant lab
  $ npx reluctant lab notebooks -- --ServerApp.port=8890 --no-browser`;

/** `reluctant lab`: JupyterLab on the user's own folder. */
export function define(command: Command): void {
  command
    .description('Open JupyterLab on a folder, with the kernel "reluctant" chosen.')
    .argument('[folder]', 'that it opens on', '.')
    .argument('[options...]', 'of JupyterLab, behind --')
    .addHelpText('after', CLOSING)
    .action(async (folder: string, options: string[]) => {
      // Without a folder the first word behind -- stands in its place.
      const given = folder.startsWith('-') ? [folder, ...options] : options;
      const place = folder.startsWith('-') ? '.' : folder;
      if (!statusOf(place)?.isDirectory()) {
        throw new ReluctantError({
          code: 'folder-not-found',
          operation: 'lab',
          problem: 'there is no such folder',
          where: { folder: place },
          fix: 'make it, or name another one',
        });
      }
      process.exitCode = await openLab(place, given);
    });
}
