import * as path from 'node:path';
import { ReluctantError } from '../../core';
import {
  checkAssignments,
  declaredParameters,
  type JsonValue,
  literal,
  type Parameter,
  type ParameterValues,
  valueFor,
} from '../../kernel/parameters';
import { INSTALLATION } from '../places';
import { type Notebook, type NotebookCell, taggedCell } from './notebookFile';

export { ParameterText, type ParameterValues } from '../../kernel/parameters';

/** The parameters of a notebook: none where it has no cell tagged `parameters`. */
export function parametersOf(notebook: Notebook): Parameter[] {
  const index = taggedCell(notebook, 'parameters');
  return index < 0 ? [] : declaredParameters(notebook.cells[index]!.source);
}

/**
 * The values for the parameters of a notebook, checked by name and type.
 *
 * @throws ReluctantError `unknown-parameter`, `wrong-parameter-type`, `constant-parameter`
 */
export function checkParameters(file: string, notebook: Notebook, values: ParameterValues): Map<string, JsonValue> {
  const names = Object.keys(values);
  if (names.length === 0) return new Map();
  refuseOtherLanguages(file, notebook);
  const parameters = new Map(parametersOf(notebook).map((parameter) => [parameter.name, parameter]));
  const unknown = names.filter((name) => !parameters.has(name));
  if (unknown.length > 0) {
    const known = [...parameters.values()].map(({ name, type }) => `${name}: ${type}`).join(', ');
    throw new ReluctantError({
      code: 'unknown-parameter',
      operation: 'run',
      problem: `the notebook has no parameter ${unknown.map((name) => JSON.stringify(name)).join(', ')}`,
      where: { notebook: file },
      expected:
        known || (taggedCell(notebook, 'parameters') < 0 ? 'a cell tagged "parameters"' : 'a declared variable'),
      fix: `its parameters are the variables declared with let in the cell tagged "parameters"`,
    });
  }
  const checked = new Map(names.map((name) => [name, valueFor(file, parameters.get(name)!, values[name])]));
  const lines = new Map([...checked].map(([name, value]) => [name, assignment(name, value)]));
  const declaration = notebook.cells[taggedCell(notebook, 'parameters')]!.source;
  checkAssignments(declaration, lines, path.dirname(path.resolve(file)), INSTALLATION);
  return checked;
}

/** The text of the cell that sets parameters. */
export function assignmentsFor(values: ReadonlyMap<string, JsonValue>): string {
  return ['// Parameters', ...[...values].map(([name, value]) => assignment(name, value))].join('\n');
}

function assignment(name: string, value: JsonValue): string {
  return `${name} = ${literal(value)};`;
}

/**
 * A notebook with a cell of assignments after the cell tagged `parameters`. They are assignments, not declarations, so
 * the declarations of the notebook itself check their types.
 *
 * @returns the notebook, and for each of its cells the place in the file, from 1 (0 for the new cell)
 */
export function injectParameters(
  notebook: Notebook,
  values: ReadonlyMap<string, JsonValue>,
): { notebook: Notebook; positions: number[] } {
  const positions = notebook.cells.map((_, k) => k + 1);
  if (values.size === 0) return { notebook, positions };
  const injected: NotebookCell = {
    cell_type: 'code',
    ...(notebook.nbformat_minor >= 5 ? { id: freeId(notebook) } : {}),
    metadata: { tags: ['injected-parameters'] },
    source: assignmentsFor(values),
    outputs: [],
    execution_count: null,
  };
  const cells = [...notebook.cells];
  const earlier = taggedCell(notebook, 'injected-parameters');
  if (earlier >= 0) {
    cells.splice(earlier, 1);
    positions.splice(earlier, 1);
  }
  const at =
    cells.findIndex(({ metadata }) => Array.isArray(metadata.tags) && metadata.tags.includes('parameters')) + 1;
  cells.splice(at, 0, injected);
  positions.splice(at, 0, 0);
  return { notebook: { ...notebook, cells }, positions };
}

/** Cell ids are unique; this one is always the same, so that two runs write the same file. */
function freeId(notebook: Notebook): string {
  const taken = new Set(notebook.cells.map(({ id }) => id));
  let id = 'passed-parameters';
  while (taken.has(id)) id += '-';
  return id;
}

function refuseOtherLanguages(file: string, { metadata }: Notebook): void {
  const { kernelspec, language_info: info } = metadata as {
    kernelspec?: { language?: string };
    language_info?: { name?: string };
  };
  const language = kernelspec?.language ?? info?.name ?? 'typescript';
  if (/^(typescript|javascript)$/i.test(language)) return;
  throw new ReluctantError({
    code: 'parameters-of-other-language',
    operation: 'run',
    problem: 'parameters can be set in TypeScript notebooks only',
    where: { notebook: file },
    received: language,
    fix: 'use papermill for this notebook',
  });
}
