import type { Position, SourceTrail } from './compiler/transpile';
import { safely } from './safely';

/** The name of the JavaScript of a cell in stack traces. */
export function cellFile(serial: number): string {
  return `reluctant-cell-${serial}.js`;
}

/** What is needed to say where in the TypeScript of cells and modules something happened. */
export interface Sources {
  /** The text and trail of a cell that has run. */
  cell(serial: number): { code: string; trail: SourceTrail; number: number } | undefined;
  /** The file that a module of the user was compiled from, and the trail back to it. */
  module(file: string): { source: string; trail: SourceTrail } | undefined;
}

/** A place in the text of a cell. */
export interface Place extends Position {
  code: string;
}

/** Frames kept of a stack: those of a cell lie above those of the kernel, and below those of the packages that it calls. */
const FRAMES = 40;

const FRAME =
  /^(\s+at (?:async )?(?:.*? \()?)((?:reluctant-cell-(\d+)\.js)|(?:file:\/\/)?[^():]*(?:[A-Za-z]:)?[^():]+?):(\d+):(\d+)(\)?)$/;
/** Frames of the kernel and of the inside of Node say nothing about the user's code. */
const KERNEL =
  /(?:\(|at |async )(?:node:internal\/|node:vm|(?:file:\/\/)?[^()]*[\\/]dist[\\/](?:kernel|notebook[\\/]bundle))/;

/** A frame of the JavaScript of a cell that says no place in it. */
const BARE = /^\s+at reluctant-cell-\d+\.js$/;
/** A place in the JavaScript of a cell, in a frame of code that the cell has made out of a text. */
const WITHIN = /reluctant-cell-(\d+)\.js:(\d+):(\d+)/g;

/** Where in a cell an error was made, as far as its stack was looked at. */
const places = new WeakMap<object, Place>();

const toText = Function.prototype.call.bind(Error.prototype.toString) as (error: unknown) => string;

/**
 * Makes every stack trace name the lines that were written, in whatever way a cell comes to see it: `error.stack`,
 * `console.error(error)`, `console.trace()`.
 */
export function installStacks(sources: Sources): void {
  Error.stackTraceLimit = FRAMES;
  Error.prepareStackTrace = (error, frames) => {
    const lines: string[] = [];
    for (let k = 0; k < frames.length; k++) {
      const line = safely(() => translateLine(`    at ${frames[k]}`, sources, error), undefined);
      if (line !== undefined) lines[lines.length] = line;
    }
    let text = safely(() => toText(error), 'Error');
    for (let k = 0; k < lines.length; k++) text += `\n${lines[k]}`;
    return text;
  };
}

/** Where in a cell an error was made. */
export function placeOf(error: object): Place | undefined {
  return places.get(error);
}

/** Where in the text of a cell a place of its JavaScript came from, and how a frame says it. */
function inCell(serial: string, at: Position, sources: Sources): { place: Place; says: string } | undefined {
  const cell = sources.cell(Number(serial));
  const origin = cell?.trail.origin(at);
  if (!cell || !origin) return undefined;
  return { place: { ...origin, code: cell.code }, says: `cell ${cell.number}:${origin.line}:${origin.column}` };
}

/** A frame of `eval` or `new Function`, which names the place in the cell that called it. */
const withinCells = (line: string, sources: Sources): string =>
  line.replace(
    WITHIN,
    (_, serial: string, row: string, column: string) =>
      inCell(serial, { line: Number(row), column: Number(column) }, sources)?.says ?? 'a cell',
  );

/**
 * One line of a stack trace in lines of TypeScript; nothing for a frame that is not the user's business.
 * @param error the error whose stack it is; the topmost place in a cell is remembered for it
 */
export function translateLine(line: string, sources: Sources, error: object): string | undefined {
  const frame = FRAME.exec(line);
  if (!frame) return KERNEL.test(line) || BARE.test(line) ? undefined : withinCells(line, sources);
  const [, head, file, serial, row, column, tail] = frame as unknown as string[];
  const at = { line: Number(row), column: Number(column) };
  if (serial === undefined) {
    const module = sources.module(file!);
    const origin = module?.trail.origin(at);
    if (module && origin) return `${head}${module.source}:${origin.line}:${origin.column}${tail}`;
    return KERNEL.test(line) ? undefined : line;
  }
  const found = inCell(serial, at, sources);
  // The function that wraps a cell has no place in it.
  if (!found) return undefined;
  if (!places.has(error)) places.set(error, found.place);
  const name = head!.replace(/(?:Object\.<anonymous>|Object\.eval|eval) \($/, '(');
  return `${name}${found.says}${tail}`.replace(/at \((cell [^()]*)\)$/, 'at $1');
}
