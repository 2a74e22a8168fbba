import type { z as Zod } from 'zod';
import { formFault, lazy, parseJSON, ReluctantError, readPlainText, z } from '../../core';

const shapes = lazy(() => {
  const text = z.union([z.string(), z.array(z.string()).transform((lines) => lines.join(''))]);
  const bundle = z.record(z.string(), z.unknown());

  const output = z.discriminatedUnion('output_type', [
    z.object({ output_type: z.literal('stream'), name: z.string(), text }),
    z.object({ output_type: z.literal('display_data'), data: bundle }),
    z.object({ output_type: z.literal('execute_result'), data: bundle }),
    z.object({
      output_type: z.literal('error'),
      ename: z.string(),
      evalue: z.string(),
      traceback: z.array(z.string()),
    }),
  ]);

  const cell = z.discriminatedUnion('cell_type', [
    z.object({ cell_type: z.literal('markdown'), source: text }),
    z.object({ cell_type: z.literal('raw'), source: text }),
    z.object({
      cell_type: z.literal('code'),
      source: text,
      outputs: z.array(output),
      metadata: z.looseObject({ tags: z.array(z.string()).optional().catch(undefined) }).optional(),
    }),
  ]);

  const notebook = z.object({
    nbformat: z.literal(4),
    metadata: z.looseObject({
      kernelspec: z.looseObject({ display_name: z.string().optional(), language: z.string().optional() }).optional(),
    }),
    cells: z.array(cell),
  });
  return { output, cell, notebook };
});

/** What a cell left: text, values in several MIME types, or an error. */
export type Output = Zod.infer<typeof shapes.output>;
/** A cell of a notebook with its source joined to one string. */
export type Cell = Zod.infer<typeof shapes.cell>;
/** A notebook as the report reads it: format 4, whatever the minor version; what the report does not use is dropped. */
export type Notebook = Zod.infer<typeof shapes.notebook>;

/**
 * Checks a notebook that was read from JSON.
 *
 * @throws `not-a-notebook` with the place of the first thing that does not fit.
 */
export function parseNotebook(json: unknown, file: string): Notebook {
  const result = shapes.notebook.safeParse(json);
  if (result.success) return result.data;
  throw new ReluctantError({
    code: 'not-a-notebook',
    operation: 'notebook.report',
    problem: `${file} is not a notebook of format 4: ${formFault(result.error)}`,
    where: { file },
    fix: 'open and save it once in JupyterLab',
    cause: result.error,
  });
}

/** Reads a notebook file. */
export function readNotebook(file: string): Notebook {
  let content: string;
  try {
    content = readPlainText('notebook.report', file);
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'file-not-read',
      operation: 'notebook.report',
      problem: 'the notebook could not be read',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      cause,
    });
  }
  try {
    return parseNotebook(parseJSON(content), file);
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'not-a-notebook',
      operation: 'notebook.report',
      problem: 'the notebook is not JSON; it may have been cut off while it was written',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'run the notebook again',
      cause,
    });
  }
}
