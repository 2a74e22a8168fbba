import * as fs from 'node:fs';
import * as path from 'node:path';
import { readManifest } from './manifest';
import { ENVIRONMENT } from './places';

/** This library, Node and the TensorFlow that set-up has installed. */
export function versions(): Record<string, string> {
  const tensorflow = tensorflowVersion();
  return {
    reluctant: readManifest().version,
    Node: process.versions.node,
    ...(tensorflow && { TensorFlow: tensorflow }),
  };
}

/** Read off the folder of the package: loading TensorFlow for its number would take a second. */
function tensorflowVersion(): string | undefined {
  const lib = path.join(ENVIRONMENT, 'lib');
  try {
    const packages = fs.readdirSync(lib).flatMap((python) => fs.readdirSync(path.join(lib, python, 'site-packages')));
    return packages.map((name) => /^tensorflow(?:_cpu)?-([\d.]+)\.dist-info$/.exec(name)?.[1]).find(Boolean);
  } catch {
    return undefined; // there is no environment, or one of another form
  }
}
