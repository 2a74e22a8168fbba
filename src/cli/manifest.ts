import * as fs from 'node:fs';
import * as path from 'node:path';
import { INSTALLATION } from './places';

/** The parts of package.json that the shell shows. */
export function readManifest(): { version: string } {
  return JSON.parse(fs.readFileSync(path.join(INSTALLATION, 'package.json'), 'utf8')) as { version: string };
}
