import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';

const NAME = /^[\w][\w.-]{0,99}$/;
/** The ending of a folder that is being written; it takes its name when it is whole. */
export const DRAFT = '.draft-';

/**
 * The folder of a run to be written.
 *
 * @throws ReluctantError `name-not-usable`, `run-exists`.
 */
export function checkRunName(folder: string, name: string): string {
  if (!NAME.test(name)) throw notUsable(name);
  const target = path.join(folder, name);
  if (!fs.existsSync(target)) return target;
  throw new ReluctantError({
    code: 'run-exists',
    operation: 'runs',
    problem: 'there is a run of this name already',
    where: { folder: target },
    fix: 'give another name, or remove the folder',
  });
}

/** The folder of a run to be read, which may have been named by hand. */
export function placeOf(folder: string, name: string): string {
  const isPlain = name !== '' && !name.startsWith('.') && !/[/\\\0]/.test(name);
  if (isPlain) return path.join(folder, name);
  throw notUsable(name);
}

/** A name that no run of the folder has yet: when it was made, and of which seed. */
export function freeRunName(folder: string, seed: number): string {
  const stem = `${new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')}-seed${seed}`;
  return unusedName(folder, stem);
}

/** The name itself, or with a number behind it where it is taken; what a folder cannot be called becomes a hyphen. */
export function unusedName(folder: string, wanted: string): string {
  const stem =
    wanted
      .replace(/[^\w.-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '')
      .slice(0, 90) || 'run';
  let name = stem;
  for (let k = 2; fs.existsSync(path.join(folder, name)); k++) name = `${stem}-${k}`;
  return name;
}

function notUsable(name: string): ReluctantError {
  return new ReluctantError({
    code: 'name-not-usable',
    operation: 'runs',
    problem: 'the name of a run becomes a folder',
    where: { name },
    expected: 'letters, digits, ".", "-" and "_", not first a dot',
  });
}
