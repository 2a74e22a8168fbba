import type { Made } from '../../notebook/report';
import { formatDuration } from '../../tables';
import { shownPath } from '../places';
import { versions } from '../versions';
import { readNotebook } from './notebookFile';
import { parametersOf } from './parameters';
import type { NotebookRun, RunOptions } from './runNotebook';

/** How a run of a notebook can be made again: the line to type, all values it was run with, and the versions of what ran it. */
export function madeBy(run: NotebookRun, { parameters = {} }: Pick<RunOptions, 'parameters'>): Made {
  const passed = Object.entries(parameters).map(([name, value]) => ` -p ${name}=${String(value)}`);
  return {
    command: `npx reluctant run ${shownPath(run.notebook)}${passed.join('')} --html`,
    parameters: { ...declared(run.notebook), ...plain(parameters) },
    ...madeToday(run.seconds),
  };
}

/** When, in how many seconds and by which versions a page was made. */
export const madeToday = (seconds: number): Pick<Made, 'versions' | 'date' | 'duration'> => ({
  versions: versions(),
  date: new Date().toISOString().slice(0, 10),
  duration: formatDuration(seconds),
});

/** Values that the notebook gives its parameters itself. */
function declared(file: string): Record<string, unknown> {
  try {
    return Object.fromEntries(parametersOf(readNotebook(file)).map((one) => [one.name, one.default]));
  } catch {
    return {}; // a notebook of another language, or one that is gone since
  }
}

const plain = (parameters: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
