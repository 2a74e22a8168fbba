import { isTooDeep } from './depth';
import type { TypeScript } from './engine';

/** Whether a cell can be run as it stands, and how far its next line is to be indented where it cannot. */
export interface Completeness {
  status: 'complete' | 'incomplete' | 'invalid';
  indent?: string;
}

/** Texts that end where something else has to follow: a template, a comment. */
const OPEN = new Set([1160, 1010]);
/** Words that say nothing before what follows them. */
const ANNOUNCES = /(?:^|[;{}\s])(?:export|declare|abstract|async|export\s+default)$/;

/** @param indent of the next line of a cell that goes on */
export function completenessOf(ts: typeof TypeScript, code: string, indent: () => string): Completeness {
  // Whoever runs it is told what is wrong.
  if (isTooDeep(ts, code)) return { status: 'complete' };
  const parsed = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
  const [first] = (parsed as unknown as { parseDiagnostics: TypeScript.DiagnosticWithLocation[] }).parseDiagnostics;
  if (!first) return { status: 'complete' };
  const text = code.trimEnd();
  const says = typeof first.messageText === 'string' && / expected\.$/.test(first.messageText);
  const isOpen = OPEN.has(first.code) || (says && (first.start >= text.length || ANNOUNCES.test(text)));
  // An empty line behind it says that the reader thinks otherwise.
  if (!isOpen || /\n\s*\n\s*$/.test(code)) return { status: 'invalid' };
  return { status: 'incomplete', indent: indent() };
}
