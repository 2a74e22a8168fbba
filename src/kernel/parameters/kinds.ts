/** A value that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Which values a parameter takes: the part of TypeScript's types that says something about JSON. */
export type Kind =
  | { is: 'number' | 'string' | 'boolean' | 'null' }
  | { is: 'literal'; value: string | number | boolean }
  | { is: 'array'; of: Kind }
  | { is: 'tuple'; of: Kind[] }
  | { is: 'object'; fields: ReadonlyMap<string, { kind: Kind; optional: boolean }> }
  | { is: 'record'; of: Kind }
  | { is: 'union'; of: Kind[] }
  /** What the parser alone cannot tell; the kernel's type check decides. */
  | { is: 'any' }
  /** What no JSON value is: a function, a bigint, a date. */
  | { is: 'unsettable' };

/** Whether a JSON value has this type. */
export function accepts(kind: Kind, value: JsonValue): boolean {
  switch (kind.is) {
    case 'any':
      return true;
    case 'unsettable':
      return false;
    case 'null':
      return value === null;
    case 'literal':
      return value === kind.value;
    case 'union':
      return kind.of.some((member) => accepts(member, value));
    case 'array':
      return Array.isArray(value) && value.every((element) => accepts(kind.of, element));
    case 'tuple':
      return (
        Array.isArray(value) && value.length === kind.of.length && kind.of.every((part, k) => accepts(part, value[k]!))
      );
    case 'record':
      return isObject(value) && Object.values(value).every((field) => accepts(kind.of, field));
    case 'object':
      return isObject(value) && acceptsFields(kind.fields, value);
    default:
      return kind.is === typeof value;
  }
}

function acceptsFields(
  fields: ReadonlyMap<string, { kind: Kind; optional: boolean }>,
  value: { [key: string]: JsonValue },
): boolean {
  // A field that the type does not know is an error in TypeScript as well ("excess property").
  if (!Object.keys(value).every((name) => fields.has(name))) return false;
  return [...fields].every(([name, { kind, optional }]) =>
    Object.hasOwn(value, name) ? accepts(kind, value[name]!) : optional,
  );
}

function isObject(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A kind in TypeScript's notation. */
export function kindName(kind: Kind): string {
  switch (kind.is) {
    case 'literal':
      return JSON.stringify(kind.value);
    case 'array':
      return kind.of.is === 'union' ? `(${kindName(kind.of)})[]` : `${kindName(kind.of)}[]`;
    case 'tuple':
      return `[${kind.of.map(kindName).join(', ')}]`;
    case 'record':
      return `Record<string, ${kindName(kind.of)}>`;
    case 'union':
      return kind.of.map(kindName).join(' | ');
    case 'object':
      return `{ ${[...kind.fields].map(([name, field]) => `${name}${field.optional ? '?' : ''}: ${kindName(field.kind)}`).join('; ')} }`;
    case 'any':
      return 'any';
    case 'unsettable':
      return 'a type that JSON cannot carry';
    default:
      return kind.is;
  }
}
