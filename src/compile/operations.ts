import { OPERATION_TABLE } from './operationTable';

/** One input or output argument of a TensorFlow operation. */
export interface Argument {
  name: string;
  /** The attribute that holds its type, if the type is not fixed. */
  typeAttribute?: string;
  /** The attribute that counts how many values it stands for, if more than one. */
  countAttribute?: string;
  /** The attribute that lists the types of its values, if they differ. */
  listAttribute?: string;
}

/** What TensorFlow's registry says of an operation. */
export interface Definition {
  inputs: Argument[];
  outputs: Argument[];
}

let lines: Map<string, string> | undefined;
const parsed = new Map<string, Definition>();

/** The definition of a stateless operation, or nothing if TensorFlow has no stateless operation of that name. */
export function definitionOf(operation: string): Definition | undefined {
  const known = parsed.get(operation);
  if (known) return known;
  lines ??= new Map(
    OPERATION_TABLE.trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line]),
  );
  const line = lines.get(operation);
  if (!line) return undefined;
  const [, inputs, outputs] = line.split(' ') as [string, string, string];
  const definition = { inputs: parseArguments(inputs), outputs: parseArguments(outputs) };
  parsed.set(operation, definition);
  return definition;
}

function parseArguments(text: string): Argument[] {
  if (text === '-') return [];
  return text.split(',').map((argument) => {
    const [name, kind] = argument.split(':') as [string, string];
    if (kind.startsWith('[')) return { name, listAttribute: kind.slice(1, -1) };
    const [type, countAttribute] = kind.split('*') as [string, string | undefined];
    return {
      name,
      ...(type.startsWith('=') ? {} : { typeAttribute: type }),
      ...(countAttribute ? { countAttribute } : {}),
    };
  });
}
