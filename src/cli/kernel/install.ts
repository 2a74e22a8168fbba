import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseJSON, ReluctantError, readPlainText, writeAtomically } from '../../core';
import { INSTALLATION } from '../places';
import { KERNEL_NAME, kernelspecText, LOGO, launcherOf, ownKernelspec } from './kernelspec';

const SPEC = 'kernel.json';

/**
 * Makes the kernel of this installation known to Jupyter. What stood there under its name is replaced.
 *
 * @param folder the kernelspec's folder
 * @throws ReluctantError `kernelspec-not-writable`
 */
export function installKernel(folder: string): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.copyFileSync(path.join(INSTALLATION, 'kernels', LOGO), path.join(folder, LOGO));
    writeAtomically(path.join(folder, SPEC), kernelspecText(ownKernelspec()));
  } catch (error) {
    throw notWritable('kernel install', folder, error);
  }
}

/**
 * Removes the kernel from a place.
 *
 * @param folder the kernelspec's folder
 * @returns whether it stood there
 * @throws ReluctantError `kernelspec-of-others` where the folder belongs to something else, `kernelspec-not-writable`
 */
export function uninstallKernel(folder: string): boolean {
  const file = path.join(folder, SPEC);
  if (!fs.existsSync(folder)) return false;
  let own = false;
  try {
    own = launcherOf(parseJSON(readPlainText('kernel uninstall', file)) as object) !== undefined;
  } catch {} // no kernelspec at all: not ours
  if (!own) {
    throw new ReluctantError({
      code: 'kernelspec-of-others',
      operation: 'kernel uninstall',
      problem: `the kernel "${KERNEL_NAME}" there is none of this project`,
      where: { folder },
      fix: 'look at it, and remove it by hand if it is not needed',
    });
  }
  try {
    // Only what was installed: a folder that holds more is kept.
    for (const name of [SPEC, LOGO]) fs.rmSync(path.join(folder, name), { force: true });
    if (fs.readdirSync(folder).length === 0) fs.rmdirSync(folder);
  } catch (error) {
    throw notWritable('kernel uninstall', folder, error);
  }
  return true;
}

function notWritable(operation: string, folder: string, cause: unknown): ReluctantError {
  return new ReluctantError({
    code: 'kernelspec-not-writable',
    operation,
    problem: `the folder cannot be changed (${(cause as NodeJS.ErrnoException).code ?? cause})`,
    where: { folder },
    fix: 'choose another place: --user, --sys-prefix or --prefix FOLDER',
    cause,
  });
}
