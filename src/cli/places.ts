import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';

/** The folder of this installation. */
export const INSTALLATION = path.join(__dirname, '..', '..');

/** Where set-up puts things; `setup/places.js` is the one place that knows. */
export const places = require(path.join(INSTALLATION, 'setup', 'places.js')) as {
  root: string;
  venv: string;
  python: string;
  kernels: string;
};

/** The Python of this installation. @throws ReluctantError `not-set-up` */
export function python(): string {
  if (fs.existsSync(places.python)) return places.python;
  throw new ReluctantError({
    code: 'not-set-up',
    operation: 'reluctant',
    problem: 'the Python environment is missing',
    where: { file: places.python },
    fix: 'run "npm run setup" in the project folder',
  });
}
