import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';

/** The folder of this installation: of the sources, or of the package. */
export const ROOT = path.join(__dirname, '..', '..');

/**
 * The Python that has Ray: that of `RELUCTANT_CLUSTER_PYTHON`, which must have the cluster's versions of Python and Ray, else the one
 * that set-up installed with `--cluster`.
 *
 * @throws ReluctantError `python-package-missing`.
 */
export function clusterPython(): string {
  const python = process.env['RELUCTANT_CLUSTER_PYTHON'] ?? path.join(ROOT, '.venv-cluster', 'bin', 'python');
  const looked =
    fs.existsSync(python) || !python.includes(path.sep) ? spawnSync(python, ['-c', 'import ray']) : undefined;
  if (looked?.status === 0) return python;
  throw new ReluctantError({
    code: 'python-package-missing',
    operation: 'sweep',
    problem: 'a cluster needs Ray, an extra of the Python environment that is not installed',
    where: { python },
    expected: 'a Python that can import ray',
    fix: '"npm run setup -- --cluster" in the folder of reluctant, or name a Python that has it in RELUCTANT_CLUSTER_PYTHON',
  });
}
