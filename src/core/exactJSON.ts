import { type JSONLimits, parseJSON } from './boundedJSON';

/**
 * JSON with its long whole numbers as texts, and with NaN and Infinity, which Python writes: `null` and the texts "Infinity" and
 * "-Infinity".
 *
 * @throws SyntaxError for what is not JSON.
 */
export function parseExactly(text: string, limits: JSONLimits = {}): unknown {
  const exact = /\d{16}/.test(text) ? text.replace(NUMBERS, (token) => (isLong(token) ? `"${token}"` : token)) : text;
  try {
    return parseJSON(exact, undefined, limits);
  } catch (error) {
    if (!/\b(NaN|Infinity)\b/.test(exact)) throw error;
    const replaced = exact.replace(NOT_NUMBERS, (token) =>
      token === 'NaN' ? 'null' : token.startsWith('"') ? token : `"${token}"`,
    );
    return parseJSON(replaced, undefined, limits);
  }
}

const NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const NOT_NUMBERS = /"(?:[^"\\]|\\.)*"|-?Infinity\b|\bNaN\b/g;
const isLong = (token: string): boolean => /^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token));
