import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ReluctantError } from '../core';

/** The folder of this installation: of the sources, or of the package. */
export const ROOT = path.join(__dirname, '..', '..');

/**
 * The Python that has Ray, Optuna and what reads S3 stores: that of `RELUCTANT_CLUSTER_PYTHON`, which must have the cluster's versions of Python and Ray, else the one
 * that set-up installed with `--cluster`.
 *
 * @param needed a package that it must have.
 * @throws ReluctantError `python-package-missing`.
 */
export function clusterPython(needed = 'ray'): string {
  const python = process.env['RELUCTANT_CLUSTER_PYTHON'] ?? path.join(ROOT, '.venv-cluster', 'bin', 'python');
  const looked =
    fs.existsSync(python) || !python.includes(path.sep) ? spawnSync(python, ['-c', `import ${needed}`]) : undefined;
  if (looked?.status === 0) return python;
  throw new ReluctantError({
    code: 'python-package-missing',
    operation: 'sweep',
    problem: `the Python package ${needed} is needed, which is an extra and not installed`,
    where: { python },
    expected: `a Python that can import ${needed}`,
    fix: '"npm run setup -- --cluster" in the folder of reluctant, or name a Python that has it in RELUCTANT_CLUSTER_PYTHON',
  });
}
