/** Lists and objects within one another, at most: what walks over a value calls itself for each, and the stack has an end. */
const DEEPEST = 1000;

/**
 * Whether JSON is nested deeper than so many lists and objects; it need not be whole.
 *
 * @example
 * isDeeperThan('[[1], "[[["]', 2); // false
 */
export function isDeeperThan(text: string, most: number): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isText = false;
    } else if (code === 0x22) isText = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > most) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/**
 * JSON of a file that anybody may have made: as `JSON.parse`, but refused where it is nested deeper than anything that is meant.
 *
 * @throws SyntaxError
 * @example
 * parseJSON('{"a": [1]}'); // { a: [1] }
 */
export function parseJSON(text: string, revive?: (key: string, value: unknown) => unknown): unknown {
  if (isDeeperThan(text, DEEPEST)) throw new SyntaxError(`it is nested more than ${DEEPEST} levels deep`);
  return JSON.parse(text, revive);
}
