/** What HTML of an output may have at most: what takes it apart needs a time that grows with the square of its depth. */
const MOST = { elements: 50_000, levels: 500, words: 1000 };

/** Elements without content, and those that the next of their kind ends. */
const SHALLOW = new Set(
  'area base br col embed hr img input link meta source track wbr p li td th tr dt dd option thead tbody tfoot'.split(
    ' ',
  ),
);

/**
 * Why HTML is too much for a report, or nothing. What stands in texts and comments is counted as if it were elements: it can look like more
 * than it is, never like less.
 *
 * @returns what it has too many of, in words.
 */
export function tooMuchMarkup(html: string): string | undefined {
  let [elements, depth] = [0, 0];
  for (const [, end, name, rest] of html.matchAll(/<(\/?)([a-z][a-z0-9-]*)([^>]*)/gi)) {
    const isShallow = SHALLOW.has(name!.toLowerCase());
    if (end) {
      if (!isShallow) depth = Math.max(0, depth - 1);
      continue;
    }
    elements += 1;
    if (!isShallow) depth += 1;
    if (elements > MOST.elements) return `more than ${MOST.elements} elements`;
    if (depth > MOST.levels) return `elements more than ${MOST.levels} levels deep`;
    if (rest!.length > MOST.words && rest!.split(/\s+/, MOST.words + 1).length > MOST.words)
      return `an element of more than ${MOST.words} words`;
  }
  return undefined;
}
