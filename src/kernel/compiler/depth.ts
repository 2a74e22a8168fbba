import type * as TypeScript from 'typescript';

/**
 * Levels of a tree that the compiler is handed. Each costs it several calls of its own, and its stack has an end: a sum of some
 * thousand terms, which is a tree of as many levels, throws or takes minutes.
 */
const DEEPEST = 500;

/** Whether a text, as TypeScript reads it, is nested deeper than the compiler can go. */
export function isTooDeep(ts: typeof TypeScript, code: string): boolean {
  // Every level takes a character at least.
  if (code.length <= DEEPEST) return false;
  try {
    const source = ts.createSourceFile('cell.ts', code, ts.ScriptTarget.Latest);
    let level: TypeScript.Node[] = [source];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > DEEPEST) return true;
      const next: TypeScript.Node[] = [];
      for (const node of level) ts.forEachChild(node, (child) => void next.push(child));
      level = next;
    }
    return false;
  } catch (error) {
    // The parser itself has come to the end of the stack.
    if (error instanceof RangeError) return true;
    throw error;
  }
}

export const TOO_DEEP = `this is nested more than ${DEEPEST} levels deep, which the compiler cannot follow: make lists of long sums and chains, and parts of nested values`;
