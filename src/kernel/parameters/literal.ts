import type { JsonValue } from './kinds';

/**
 * A JSON value as a TypeScript expression that can mean nothing but this value: every text is escaped, and a key
 * `__proto__` is a key, not the prototype.
 */
export function literal(value: JsonValue): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : JSON.stringify(value);
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  const fields = Object.entries(value).map(([key, field]) => {
    return `${key === '__proto__' ? `[${text(key)}]` : text(key)}: ${literal(field)}`;
  });
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** JSON's escapes are JavaScript's. Two more line ends, and what could close a script in a page, are escaped as well. */
function text(value: string): string {
  return JSON.stringify(value).replace(
    /[\u2028\u2029<]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
