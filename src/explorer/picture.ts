/** What a value looks like in a notebook, by MIME type. */
export function pictureOf(value: object): Record<string, unknown> {
  return (value as Record<symbol, () => Record<string, unknown>>)[Symbol.for('Jupyter.display')]!();
}
