import * as path from 'node:path';

/** The folder of this installation; the same from src/ and from dist/. */
export const INSTALLATION = path.join(__dirname, '..', '..');

/** The virtual environment that set-up makes, with nbclient and JupyterLab. */
export const ENVIRONMENT = path.join(INSTALLATION, '.venv');

/** The Python of {@link ENVIRONMENT}. */
export const PYTHON = path.join(ENVIRONMENT, 'bin', 'python');
