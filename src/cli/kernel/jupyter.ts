import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { INSTALLATION, PYTHON } from '../places';
import type { Kernelspec } from './kernelspec';

const call = promisify(execFile);

/** What python/headless/inspect_jupyter.py tells. Versions are null where a package is missing. */
export interface JupyterReport {
  python: string;
  problem?: string;
  packages: Record<string, string | null>;
  optional: Record<string, string | null>;
  /** In the order in which Jupyter looks for them; `spec` is null where the file is no JSON. */
  kernelspecs: { folder: string; spec: Kernelspec | null }[];
  extensions: string[];
}

/** What python/headless/probe_kernel.py tells. */
export interface KernelAnswer {
  problem?: string;
  /** Seconds from the start to the first answer. */
  ready: number;
  implementation: string;
  version: string;
  status: string;
  shown: string[];
}

/** Looks at the Python environment. @throws Error where Python cannot be run */
export async function inspectJupyter(kernel: string): Promise<JupyterReport> {
  return (await ask('inspect_jupyter.py', [kernel], 60)).answer as JupyterReport;
}

/** Starts a kernel and lets it add. `log`: what it printed outside of the protocol */
export async function probeKernel(kernel: string, seconds: number): Promise<{ answer: KernelAnswer; log: string }> {
  const { answer, log } = await ask('probe_kernel.py', [kernel, String(seconds)], 3 * seconds);
  return { answer: answer as KernelAnswer, log };
}

async function ask(script: string, args: string[], seconds: number): Promise<{ answer: unknown; log: string }> {
  const file = path.join(INSTALLATION, 'python', 'headless', script);
  const { stdout, stderr } = await call(PYTHON, ['-X', 'utf8', file, ...args], {
    timeout: seconds * 1000,
    maxBuffer: 1 << 26,
  });
  return { answer: JSON.parse(stdout) as unknown, log: stderr };
}
