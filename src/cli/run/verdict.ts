import { textOf } from './notebookFile';
import type { NotebookRun } from './runNotebook';

/** The tag of a cell whose output is the upshot of its notebook. */
const VERDICT_TAG = 'verdict';
/** What is a picture says nothing in a terminal that the table beside it does not. */
const FIGURE = 'application/vnd.plotly.v1+json';

/** What the cells tagged `verdict` have shown but for figures, as text for a terminal; empty where there is no such cell. */
export function verdictText({ cells }: Pick<NotebookRun, 'cells'>): string {
  return cells
    .filter(({ tags }) => tags.includes(VERDICT_TAG))
    .flatMap(({ outputs }) => outputs.map(({ data }) => (data && FIGURE in data ? '' : textOf(data?.['text/plain']))))
    .filter((text) => text !== '')
    .join('\n');
}
