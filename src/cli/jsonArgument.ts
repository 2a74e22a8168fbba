import { InvalidArgumentError } from 'commander';
import { parseJSON, ReluctantError, readPlainText } from '../core';

/**
 * Reads an argument that is an object in JSON, or the name of a file that holds one.
 *
 * @param command that asks, for the message of a special file.
 * @param example of such an object, for the message of what is none.
 */
export const jsonArgument =
  (command: string, example: string) =>
  (text: string): Record<string, unknown> => {
    const isJSON = text.trimStart().startsWith('{');
    try {
      const value: unknown = parseJSON(isJSON ? text : readPlainText(command, text));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    } catch (error) {
      if (error instanceof ReluctantError) throw error;
      if (!isJSON && !(error instanceof SyntaxError)) throw new InvalidArgumentError(`there is no file "${text}"`);
      throw new InvalidArgumentError(`${isJSON ? 'it' : `"${text}"`} is not JSON`);
    }
    throw new InvalidArgumentError(`expected an object, such as ${example}`);
  };
