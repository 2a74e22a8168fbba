import * as util from 'node:util';
import { CompileError, type Complaint, numberOf } from './compiler/complaints';
import type { Position } from './compiler/transpile';
import type { Json } from './message';
import { safely, textIn, textOf } from './safely';
import { placeOf, type Sources, translateLine } from './stacks';

/** Frames of Node, in an error that has failed a cell, say less than the user's own. */
const OF_NODE = /(?:\(|at |async )node:/;
/** Errors inside one another that are told. */
const DEEPEST = 10;
/** Properties of an error that its stack and the lists below it tell already. */
const TOLD = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/**
 * The content of an `error` message for whatever a cell has thrown. It never throws, whatever that is; but looking at it may
 * run code of the user.
 */
export function describeError(error: unknown, count: number, code: string, sources: Sources): Json {
  const describe = () =>
    error instanceof CompileError ? describeCompileError(error, count, code) : describeThrown(error, sources);
  return safely(describe, undefined) ?? describeValue(textOf(error));
}

function describeThrown(error: unknown, sources: Sources): Json {
  if (!isError(error)) return describeValue(textOf(error));
  const lines = linesOf(error, sources);
  const place = placeOf(error);
  const excerpt = place ? ['', ...excerptOf(place.code, place)] : [];
  const inside = describeInside(error, sources, new Set([error]));
  const ename = textIn(error, 'name') || 'Error';
  return { ename, evalue: messageOf(error), traceback: [...lines, ...excerpt, ...inside] };
}

function describeValue(text: string): Json {
  return { ename: 'Thrown', evalue: text, traceback: [`Thrown: ${text}`] };
}

function isError(value: unknown): value is Error {
  if (util.types.isNativeError(value)) return true;
  return typeof value === 'object' && value !== null && textIn(value, 'stack') !== undefined;
}

function messageOf(error: Error): string {
  return textIn(error, 'message') ?? safely(() => String(error.message), '');
}

/** The stack of an error in lines of TypeScript. */
function linesOf(error: Error, sources: Sources): string[] {
  // Reading it lets the hook of `stacks.ts` translate it; a package may have put a hook of its own in that place.
  const stack = textIn(error, 'stack') ?? `${textIn(error, 'name') ?? 'Error'}: ${messageOf(error)}`;
  return stack.split('\n').flatMap((line) => {
    const translated = translateLine(line, sources, error);
    return translated === undefined || OF_NODE.test(translated) ? [] : [translated];
  });
}

/** What else an error holds: properties of its own, its cause, the errors that it gathers. */
function describeInside(error: Error, sources: Sources, ancestors: ReadonlySet<unknown>): string[] {
  const lines: string[] = [];
  const own = safely(() => Object.entries(error).filter(([name]) => !TOLD.has(name)), []);
  if (own.length > 0) lines.push('', textOf(Object.fromEntries(own)));
  const cause = safely(() => error.cause, undefined);
  if (cause !== undefined) lines.push(...describeInner('Caused by', cause, sources, ancestors));
  const members = safely(() => (error as AggregateError).errors as unknown, undefined);
  if (Array.isArray(members)) {
    for (const [k, member] of members.slice(0, DEEPEST).entries()) {
      lines.push(...describeInner(`Error ${k + 1} of ${members.length}`, member, sources, ancestors));
    }
  }
  return lines;
}

function describeInner(title: string, inner: unknown, sources: Sources, ancestors: ReadonlySet<unknown>): string[] {
  if (ancestors.has(inner)) return ['', `${title}: the same error`];
  if (!isError(inner)) return ['', `${title}: ${textOf(inner)}`];
  const [first, ...rest] = linesOf(inner, sources);
  const head = ['', `${title}: ${first}`, ...rest];
  if (ancestors.size >= DEEPEST) return head;
  return [...head, ...describeInside(inner, sources, new Set([...ancestors, inner]))];
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
