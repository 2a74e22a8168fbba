/** Lists and objects within one another, at most: what walks over a value calls itself for each, and the stack has an end. */
const DEEPEST = 1000;

/** How much JSON may hold: an empty object takes two characters, and thirty times as many bytes of memory. */
export interface JSONLimits {
  /** Lists and objects. Default: 4 million. */
  containers?: number;
  /** Values. Default: 16 million. */
  values?: number;
}

/** What JSON holds at most, as far as it was counted. */
interface Counted {
  depth: number;
  containers: number;
  values: number;
}

/** Counts what a text holds, until one of the counts is beyond its limit; it need not be whole. */
function count(text: string, most: Counted): Counted {
  let [depth, deepest, containers, values] = [0, 0, 0, 1];
  let isText = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isText) {
      if (code === 0x5c) at += 1;
      else if (code === 0x22) isText = false;
    } else if (code === 0x22) isText = true;
    else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      containers += 1;
      if (depth > deepest) deepest = depth;
      if (depth > most.depth || containers > most.containers) break;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
    else if (code === 0x2c) {
      values += 1;
      if (values > most.values) break;
    }
  }
  return { depth: deepest, containers, values };
}

const ANY = Number.POSITIVE_INFINITY;

/**
 * Whether JSON is nested deeper than so many lists and objects; it need not be whole.
 *
 * @example
 * isDeeperThan('[[1], "[[["]', 2); // false
 */
export const isDeeperThan = (text: string, most: number): boolean =>
  count(text, { depth: most, containers: ANY, values: ANY }).depth > most;

/**
 * JSON of a file that anybody may have made: as `JSON.parse`, but refused where it is nested deeper, or holds more, than anything that
 * is meant.
 *
 * @throws SyntaxError
 * @example
 * parseJSON('{"a": [1]}'); // { a: [1] }
 */
export function parseJSON(
  text: string,
  revive?: (key: string, value: unknown) => unknown,
  { containers = 2 ** 22, values = 2 ** 24 }: JSONLimits = {},
): unknown {
  const counted = count(text, { depth: DEEPEST, containers, values });
  if (counted.depth > DEEPEST) throw new SyntaxError(`it is nested more than ${DEEPEST} levels deep`);
  if (counted.containers > containers) throw new SyntaxError(`it holds more than ${containers} lists and objects`);
  if (counted.values > values) throw new SyntaxError(`it holds more than ${values} values`);
  return JSON.parse(text, revive);
}
