/** Characters that a terminal obeys, line ends and tabs apart, and those that turn the direction of text. */
const OBEYED = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from data as it may be printed: what a terminal would obey (colours, titles, the clipboard, a cursor that goes back over what
 * stands there, a turned direction) is written out.
 *
 * @example
 * visible('close\u001b[2J'); // 'close\\u001b[2J'
 */
export const visible = (text: string): string =>
  text.replace(OBEYED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
