import { VERDICT_TAG } from '../../notebook/tags';
import { FIGURE_MIME } from '../../plots/mime';
import { textOf } from './notebookFile';
import type { NotebookRun } from './runNotebook';

/**
 * What the cells tagged `verdict` have shown but for figures, as text for a terminal; empty where there is no such cell. A
 * picture says nothing in a terminal that the table beside it does not.
 */
export function verdictText({ cells }: Pick<NotebookRun, 'cells'>): string {
  return cells
    .filter(({ tags }) => tags.includes(VERDICT_TAG))
    .flatMap(({ outputs }) =>
      outputs.map(({ data }) => (data && FIGURE_MIME in data ? '' : textOf(data?.['text/plain']))),
    )
    .filter((text) => text !== '')
    .join('\n');
}
