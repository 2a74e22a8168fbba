/** Kinds of sources that tslab does not know. */
const UNKNOWN = /(?<!\.d)\.([cm]tsx?|tsx|[cm]js|jsx)$/;
const MARK = '~.ts';

/** A name under which tslab takes a file for TypeScript, whatever kind of source it is. */
export function disguised(file: string): string {
  return UNKNOWN.test(file) ? `${file}${MARK}` : file;
}

/** The name of the file itself. */
export function undisguised(file: string): string {
  return file.endsWith(MARK) ? file.slice(0, -MARK.length) : file;
}
