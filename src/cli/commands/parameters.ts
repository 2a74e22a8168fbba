import * as fs from 'node:fs';
import type { Command } from 'commander';
import { ReluctantError } from '../../core';
import { Table } from '../../tables';
import { parameterOption } from '../parameterOption';
import { parseNotebook, readNotebook } from '../run/notebookFile';
import { assignmentsFor, checkParameters, type ParameterText, parametersOf } from '../run/parameters';

interface Options {
  parameter: Map<string, ParameterText>;
  values?: string;
  json?: boolean;
}

const CLOSING = `
Examples:
  reluctant parameters notebooks/training.ipynb
  reluctant parameters notebooks/training.ipynb -p epochs=2      check a value and show the cell that sets it; nothing is run`;

/** `reluctant parameters`. */
export function define(command: Command): void {
  parameterOption(
    command
      .description('Show the parameters of a notebook: what the cell tagged "parameters" declares. Nothing is run.')
      .argument('<notebook>', 'path of an .ipynb file; - reads it from standard input'),
  )
    .option('--values <json>', 'values of parameters as one JSON object, for programs')
    .option('--json', 'print JSON')
    .addHelpText('after', CLOSING)
    .action((file: string, options: Options) => {
      process.stdout.write(`${describe(file, options)}\n`);
    });
}

function describe(file: string, { parameter, values, json }: Options): string {
  const notebook = file === '-' ? parseNotebook(fs.readFileSync(0, 'utf8'), file) : readNotebook(file);
  const given = { ...parseValues(values), ...Object.fromEntries(parameter) };
  if (Object.keys(given).length > 0) {
    const cell = assignmentsFor(checkParameters(file, notebook, given));
    return json ? JSON.stringify({ cell }) : cell;
  }
  const rows = parametersOf(notebook).map(({ kind: _, constant, ...shown }) => ({ ...shown, settable: !constant }));
  return json ? JSON.stringify(rows) : new Table(rows, { title: `Parameters of ${file}` }).toString();
}

function parseValues(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  try {
    const values: unknown = JSON.parse(text);
    if (typeof values === 'object' && values !== null && !Array.isArray(values))
      return values as Record<string, unknown>;
  } catch {} // the same message as for JSON that is no object
  throw new ReluctantError({
    code: 'usage',
    operation: 'parameters',
    problem: '--values is not a JSON object',
    received: text,
  });
}
