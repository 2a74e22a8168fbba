import { Figure } from '../plots';
import { escapeHTML, Table } from '../tables';

/**
 * A table that draws itself: in a notebook the pictures stand under the rows, in a terminal the rows stand alone.
 *
 * The pictures are drawn when the table is shown, not when it is made, so that an inspection inside a loop costs none.
 */
export abstract class DrawnTable<R extends object> extends Table<R> {
  /** The figures of this inspection, the most telling first; alive in a notebook when shown on their own. */
  abstract figures(): Figure[];

  /** The first of {@link figures}. */
  figure(): Figure {
    return this.figures()[0] ?? new Figure([], {}, { summary: this as unknown as Table<object> });
  }

  /** The MIME bundle of a notebook cell: rows and pictures together, and the rows as text. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    const html = [this.toHTML()];
    const figures = this.rows.length === 0 ? [] : this.figures();
    for (const figure of figures) {
      try {
        // As an image, the picture can neither run anything nor lend its style to the page.
        const data = Buffer.from(figure.toSVG()).toString('base64');
        html.push(
          `<img alt="${escapeHTML(figure.title)}" src="data:image/svg+xml;base64,${data}" style="max-width:100%;display:block">`,
        );
      } catch (error) {
        // Rows without their picture are better than a failed cell; the text says what is missing.
        html.push(`<p>${escapeHTML(`no picture: ${error instanceof Error ? error.message : String(error)}`)}</p>`);
      }
    }
    return { 'text/plain': this.toString(), 'text/html': html.join('\n') };
  }
}
