import { type Command, InvalidArgumentError, Option } from 'commander';
import { ParameterText } from '../kernel/parameters';

/** Adds `-p name=value` to a command. */
export function parameterOption(command: Command): Command {
  const option = new Option('-p, --parameter <name=value>', 'set a parameter of the notebook (repeatable)');
  return command.addOption(option.argParser(collect).default(new Map(), 'those of the notebook'));
}

function collect(text: string, given: Map<string, ParameterText>): Map<string, ParameterText> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is name=value.');
  const name = text.slice(0, at).trim();
  if (given.has(name)) throw new InvalidArgumentError(`${JSON.stringify(name)} is given twice.`);
  return new Map([...given, [name, new ParameterText(text.slice(at + 1))]]);
}
