import * as util from 'node:util';
import { CompileError, type Complaint, numberOf } from './compiler/cells';
import type { Position, SourceTrail } from './compiler/transpile';
import type { Json } from './message';

/** The name of the JavaScript of a cell in stack traces. */
export function cellFile(serial: number): string {
  return `reluctant-cell-${serial}.js`;
}

/** What is needed to say where in the TypeScript of cells and modules something happened. */
export interface Sources {
  /** The text and trail of a cell that has run. */
  cell(serial: number): { code: string; trail: SourceTrail; number: number } | undefined;
  /** The trail of a compiled module of the user. */
  module(file: string): SourceTrail | undefined;
}

const FRAME =
  /^(\s+at (?:.*? \()?)((?:reluctant-cell-(\d+)\.js)|(?:file:\/\/)?[^():]*(?:[A-Za-z]:)?[^():]+?):(\d+):(\d+)(\)?)$/;
/** Frames of the kernel, of Node and of the compiler say nothing about the user's code. */
const FOREIGN = /\((?:node:|.*[\\/]dist[\\/]kernel[\\/])|at (?:node:|.*[\\/]dist[\\/]kernel[\\/])/;

/** The content of an `error` message for whatever a cell has thrown. */
export function describeError(error: unknown, count: number, code: string, sources: Sources): Json {
  if (error instanceof CompileError) return describeCompileError(error, count, code);
  if (!isError(error)) {
    const value = util.inspect(error);
    return { ename: 'Thrown', evalue: value, traceback: [`Thrown: ${value}`] };
  }
  const { lines, place } = translate(error, sources);
  const excerpt = place ? ['', ...excerptOf(place.code, place)] : [];
  const cause = error.cause === undefined ? [] : describeCause(error.cause, sources);
  return { ename: error.name || 'Error', evalue: error.message, traceback: [...lines, ...excerpt, ...cause] };
}

function isError(value: unknown): value is Error {
  return (
    util.types.isNativeError(value) ||
    (typeof value === 'object' && value !== null && typeof (value as Error).stack === 'string')
  );
}

function describeCause(cause: unknown, sources: Sources): string[] {
  if (!isError(cause)) return ['', `Caused by: ${util.inspect(cause)}`];
  const { lines } = translate(cause, sources);
  const deeper = cause.cause === undefined || cause.cause === cause ? [] : describeCause(cause.cause, sources);
  return ['', `Caused by: ${lines[0]}`, ...lines.slice(1), ...deeper];
}

/** A stack in lines of TypeScript, and the topmost place that lies in a cell. */
function translate(error: Error, sources: Sources): { lines: string[]; place?: Position & { code: string } } {
  const lines: string[] = [];
  let place: (Position & { code: string }) | undefined;
  for (const line of String(error.stack).split('\n')) {
    const frame = FRAME.exec(line);
    if (!frame) {
      if (!FOREIGN.test(line)) lines.push(line);
      continue;
    }
    const [, head, file, serial, row, column, tail] = frame as unknown as string[];
    const at = { line: Number(row), column: Number(column) };
    if (serial !== undefined) {
      const cell = sources.cell(Number(serial));
      const origin = cell?.trail.origin(at);
      // The function that wraps a cell has no place in it.
      if (!cell || !origin) continue;
      place ??= { ...origin, code: cell.code };
      const name = head!.replace('Object.<anonymous> (', '(');
      lines.push(`${name}cell ${cell.number}:${origin.line}:${origin.column}${tail}`);
      continue;
    }
    const trail = sources.module(file!);
    const origin = trail?.origin(at);
    if (origin) lines.push(`${head}${file!.replace(/\.js$/, '.ts')}:${origin.line}:${origin.column}${tail}`);
    else if (!FOREIGN.test(line)) lines.push(line);
  }
  return place ? { lines, place } : { lines };
}

function describeCompileError(error: CompileError, count: number, code: string): Json {
  const traceback = error.complaints.flatMap((complaint) => {
    const where = complaint.file ?? `cell ${count}`;
    const head = `${where}:${complaint.line}:${complaint.column} - error ${numberOf(complaint)}${complaint.message}`;
    return complaint.file ? [head] : [head, ...excerptOf(code, complaint), ''];
  });
  return { ename: error.name, evalue: firstOf(error.complaints, count), traceback };
}

function firstOf(complaints: readonly Complaint[], count: number): string {
  const first = complaints[0]!;
  const { file, line, column, message } = first;
  const more = complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : '';
  return `${file ?? `cell ${count}`}:${line}:${column} - ${numberOf(first)}${message}${more}`;
}

/** The line in question between its neighbours, with a mark under the column. */
function excerptOf(code: string, { line, column }: Position): string[] {
  const lines = code.split('\n');
  const from = Math.max(0, line - 2);
  const to = Math.min(lines.length, line + 1);
  const width = String(to).length;
  return lines.slice(from, to).flatMap((text, k) => {
    const number = from + k + 1;
    const row = `${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${text}`;
    return number === line ? [row, `  ${' '.repeat(width)} | ${' '.repeat(Math.max(0, column - 1))}^`] : [row];
  });
}
