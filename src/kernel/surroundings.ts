import * as path from 'node:path';
import * as vm from 'node:vm';
import { IMPORT, IMPORT_META, REQUIRE, type SourceTrail } from './compiler/transpile';

/** What the code of a cell or of a module finds around it. */
export interface Surroundings {
  exports: unknown;
  require: NodeJS.Require;
  /** None around a cell. */
  module?: NodeJS.Module;
  /** The file that it lies in. */
  file: string;
  meta: object;
  /** What `import()` calls. */
  import(name: unknown): Promise<unknown>;
}

/** Text that the engine refuses before it runs. */
export class EarlyError extends SyntaxError {
  /** @param line of the text as it was written, counted from 1; nothing where it is not known */
  constructor(
    message: string,
    readonly place: { line: number; column: number } | undefined,
  ) {
    super(message);
  }
}

const NAMES = ['exports', 'require', 'module', '__filename', '__dirname', IMPORT_META, IMPORT, REQUIRE].join(', ');

/**
 * CommonJS as a function of what is around it.
 * @param file the name of the code in stack traces
 * @throws EarlyError
 */
export function functionOf(
  { code, trail }: { code: string; trail: SourceTrail },
  file: string,
  isAsync: boolean,
): (around: Surroundings) => () => unknown {
  // It may give these names another meaning (const __dirname = ...), so they belong to a function around it.
  const text = `(function (${NAMES}) { return ${isAsync ? 'async ' : ''}function () {\n${code}\n}})`;
  let wrap: (...values: unknown[]) => () => unknown;
  try {
    wrap = new vm.Script(text, { filename: file, lineOffset: -1 }).runInThisContext();
  } catch (error) {
    throw error instanceof SyntaxError ? new EarlyError(error.message, placeIn(error, trail)) : error;
  }
  return ({ exports, require, module, file: source, meta, import: load }) =>
    wrap(exports, require, module, source, path.dirname(source), meta, load, require);
}

/** The engine puts the place above the stack: `file:line`, the line, and marks under what it does not take. */
function placeIn(error: SyntaxError, trail: SourceTrail): EarlyError['place'] {
  const [, line, marks] = /^.*:(\d+)\n.*\n( *)\^/.exec(String(error.stack)) ?? [];
  return line === undefined ? undefined : trail.origin({ line: Number(line), column: marks!.length + 1 });
}
