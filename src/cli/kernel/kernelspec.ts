import * as path from 'node:path';
import { INSTALLATION } from '../places';

/** The file that tells Jupyter how to start a kernel. */
export interface Kernelspec {
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode: string;
  metadata: Record<string, unknown>;
}

/** The name under which Jupyter knows the kernel. */
export const KERNEL_NAME = 'reluctant';

/** The picture that front ends show for the kernel. */
export const LOGO = 'logo-svg.svg';

/** The kernelspec of this installation, with the Node that runs now; the same that set-up writes. */
export function ownKernelspec(): Kernelspec {
  const step = require(path.join(INSTALLATION, 'setup', 'steps', 'kernelspec.js')) as { kernelspec(): Kernelspec };
  return step.kernelspec();
}

/** The text of a kernelspec's file. */
export function kernelspecText(spec: Kernelspec): string {
  return `${JSON.stringify(spec, null, 2)}\n`;
}

/** The Node that a kernelspec starts: behind the shell that keeps the kernel, or by itself. */
export function nodeOf({ argv }: Partial<Kernelspec>): string | undefined {
  return argv?.[0] === '/bin/sh' ? argv[2] : argv?.[0];
}

/** The launcher that a kernelspec starts, if it is one of this project. */
export function launcherOf(spec: Partial<Kernelspec>): string | undefined {
  return spec.argv?.find((argument) => path.basename(argument) === 'launcher.js');
}
