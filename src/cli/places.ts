import * as path from 'node:path';

/** The folder of this installation; the same from src/ and from dist/. */
export const INSTALLATION = path.join(__dirname, '..', '..');

/** The virtual environment that set-up makes, with nbclient and JupyterLab. */
export const ENVIRONMENT = path.join(INSTALLATION, '.venv');

/** A path as people like to read it: relative to the working directory if it lies in it. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative) ? relative : file;
}

/** The Python of {@link ENVIRONMENT}. */
export const PYTHON = path.join(ENVIRONMENT, 'bin', 'python');
