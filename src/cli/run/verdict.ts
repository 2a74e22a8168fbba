import { textOf } from './notebookFile';
import type { NotebookRun } from './runNotebook';

/** The tag of a cell whose output is the upshot of its notebook. */
const VERDICT_TAG = 'verdict';

/** What the cells tagged `verdict` have shown, as text for a terminal; empty where there is no such cell. */
export function verdictText({ cells }: Pick<NotebookRun, 'cells'>): string {
  return cells
    .filter(({ tags }) => tags.includes(VERDICT_TAG))
    .flatMap(({ outputs }) => outputs.map(({ data }) => textOf(data?.['text/plain'])))
    .filter((text) => text !== '')
    .join('\n');
}
