import * as os from 'node:os';
import * as path from 'node:path';
import { ReluctantError } from '../../core';
import { ENVIRONMENT } from '../places';
import { KERNEL_NAME } from './kernelspec';

/** Where a kernelspec is to stand; at most one is given. */
export interface TargetOptions {
  /** For this user, in every Python environment. */
  user?: boolean;
  /** In the Python environment that is active (`VIRTUAL_ENV`, `CONDA_PREFIX`). */
  sysPrefix?: boolean;
  /** Below this folder. */
  prefix?: string;
}

/** The folder of the kernelspec; by default in the environment of this installation. */
export function kernelspecFolder({ user, sysPrefix, prefix }: TargetOptions, env = process.env): string {
  const data = user ? userData(env) : path.join(rootOf(sysPrefix, prefix, env), 'share', 'jupyter');
  return path.join(data, 'kernels', KERNEL_NAME);
}

function rootOf(sysPrefix: boolean | undefined, prefix: string | undefined, env: NodeJS.ProcessEnv): string {
  if (prefix !== undefined) return path.resolve(prefix);
  if (!sysPrefix) return ENVIRONMENT;
  const active = env['VIRTUAL_ENV'] || env['CONDA_PREFIX'];
  if (active) return active;
  throw new ReluctantError({
    code: 'no-environment',
    operation: 'kernel',
    problem: 'no Python environment is active, and --sys-prefix means the active one',
    expected: 'VIRTUAL_ENV or CONDA_PREFIX to name its folder, as activating an environment does',
    fix: 'activate it first, or name its folder with --prefix, or use --user',
  });
}

/** Jupyter's data folder of this user, as jupyter_core finds it. */
function userData(env: NodeJS.ProcessEnv): string {
  if (env['JUPYTER_DATA_DIR']) return path.resolve(env['JUPYTER_DATA_DIR']);
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Jupyter');
  return path.join(env['XDG_DATA_HOME'] || path.join(os.homedir(), '.local', 'share'), 'jupyter');
}
