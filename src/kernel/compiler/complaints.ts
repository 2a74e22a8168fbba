import type * as Tslab from 'tslab/dist/converter';
import type { TypeScript } from './engine';
import { isCell, type ProgramWatch } from './programs';
import type { Position } from './transpile';

/** A complaint of the compiler, in lines and columns counted from 1. */
export interface Complaint extends Position {
  /** The file, for complaints about something else than the cell. */
  file: string | undefined;
  /** Number of the compiler's message; nothing for what the kernel itself refuses. */
  code: number | undefined;
  message: string;
}

/** The name of a complaint: `TS2322`, or nothing. */
export const numberOf = ({ code }: Pick<Complaint, 'code'>): string => (code === undefined ? '' : `TS${code}: `);

/** Thrown instead of running a cell that does not compile. */
export class CompileError extends Error {
  override readonly name = 'TypeScriptError';

  constructor(readonly complaints: readonly Complaint[]) {
    super(complaints.map((complaint) => `${numberOf(complaint)}${complaint.message}`).join('\n'));
  }
}

/** As tslab tells it, in lines and columns counted from 1. */
export function complaintOf(diagnostic: Tslab.Diagnostic): Complaint {
  const { start, fileName, code, messageText } = diagnostic;
  return {
    file: fileName === undefined ? undefined : `/${fileName}`,
    line: start.line + 1,
    column: start.character + 1,
    code,
    message: messageText,
  };
}

/** What is wrong with `sources`, without the compiler's word on its options. */
export function diagnosticsOf(
  ts: typeof TypeScript,
  watch: ProgramWatch,
  sources: readonly TypeScript.SourceFile[],
): TypeScript.Diagnostic[] {
  const look = (program: TypeScript.Program) =>
    sources.flatMap((source) => [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
      // Later cells see the declarations of a cell; of a module they see the module itself.
      ...(isCell(source) ? program.getDeclarationDiagnostics(source) : []),
    ]);
  // A checker that has looked at other cells, or at code that was still being written, remembers what was wrong with them: it is
  // told apart by the file, unless a comment such as @ts-expect-error takes it for its own.
  const isCommented = sources.some(
    (source) => (source as TypeScript.SourceFile & Commented).commentDirectives !== undefined,
  );
  let all = look(isCommented ? watch.renew() : watch.current);
  if (all.some(({ file }) => file && isCell(file) && !sources.includes(file))) all = look(watch.renew());
  if (isCommented || all.length > 0) watch.giveUp();
  // The reasons behind a complaint belong to it, and what a regular expression may be is for the engine to say.
  return [...ts.sortAndDeduplicateDiagnostics(all.filter(({ code }) => code !== NEWER_EXPRESSION))].map((each) => ({
    ...each,
    messageText: ts.flattenDiagnosticMessageText(each.messageText, '\n'),
  }));
}

/** Comments of a file that suppress what is wrong with the next line, which the compiler's declaration file leaves out. */
interface Commented {
  commentDirectives?: readonly unknown[];
}

/** "This regular expression flag is only available when targeting ..." */
const NEWER_EXPRESSION = 1501;
