import type { Command, Option } from 'commander';

/** The shells that completions can be written for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/**
 * A script that teaches a shell the commands and options of a program, and the values of options that have only some. Where a file
 * may stand, the shell's own completion of files is left to do it.
 *
 * @param root the program with all of its commands defined
 */
export function completions(shell: (typeof SHELLS)[number], root: Command): string {
  return { bash, zsh, fish }[shell](nodesOf(root));
}

/** A command, and what may follow it. */
interface Node {
  /** The words that lead to it; none for the program itself. */
  words: readonly string[];
  summary: string;
  options: readonly Option[];
  commands: readonly Node[];
  /** What its only argument may be. */
  values: readonly string[];
}

function nodesOf(command: Command, words: readonly string[] = []): Node {
  return {
    words,
    summary: command.summary() || command.description(),
    options: command.createHelp().visibleOptions(command),
    commands: command.commands.map((child) => nodesOf(child, [...words, child.name()])),
    values: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
}

const everyNode = (node: Node): Node[] => [node, ...node.commands.flatMap(everyNode)];
const flagsOf = ({ short, long }: Option): string[] => [short, long].filter((flag) => flag !== undefined);
/** Values that a shell can offer as a word; undefined where a value may be anything. */
const valuesOf = ({ argChoices }: Option): string[] | undefined =>
  argChoices?.filter((value) => /^[\w./:+-]+$/.test(value));
const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** A word as bash and zsh take it whatever is in it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(root: Node): string {
  const nodes = everyNode(root);
  const steps = nodes.filter(({ words }) => words.length > 0);
  const after = nodes.flatMap(({ words, options }) =>
    options.filter(takesValue).map((option) => {
      const places = flagsOf(option).map((flag) => quoted(`${words.join(' ')}:${flag}`));
      const values = valuesOf(option);
      const offer = values ? `words=${quoted(values.join(' '))}` : 'return';
      return `    ${places.join(' | ')}) ${offer} ;;`;
    }),
  );
  const offers = nodes.map(({ words, options, commands, values }) => {
    const plain = [...commands.map((child) => child.words.at(-1)!), ...values].join(' ');
    return `      ${quoted(words.join(' '))}) flags=${quoted(options.flatMap(flagsOf).join(' '))} words=${quoted(plain)} ;;`;
  });
  return `# bash completion of reluctant; eval "$(reluctant completion bash)" in ~/.bashrc
_reluctant() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD - 1]}" command='' flags='' words='' k
  for ((k = 1; k < COMP_CWORD; k++)); do
    case "\${command:+$command }\${COMP_WORDS[k]}" in
      ${steps.map(({ words }) => quoted(words.join(' '))).join(' | ')}) command="\${command:+$command }\${COMP_WORDS[k]}" ;;
    esac
  done
  COMPREPLY=()
  case "$command:$before" in
${after.join('\n')}
    *)
      case "$command" in
${offers.join('\n')}
      esac
      [[ $word == -* ]] && words="$flags"
      ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _reluctant reluctant
`;
}

function zsh(root: Node): string {
  const nameOf = ({ words }: Node): string => ['_reluctant', ...words].join('_').replaceAll('-', '_');
  const said = (text: string): string => text.replace(/[[\]\\]/g, '\\$&').replaceAll(':', '\\:');
  const specification = (option: Option): string => {
    const flags = flagsOf(option);
    const value = takesValue(option)
      ? `:${option.attributeName()}:${valuesOf(option) ? `(${valuesOf(option)!.map(said).join(' ')})` : '_files'}`
      : '';
    const told = quoted(`[${said(option.description)}]${value}`);
    const many = option.variadic ? "'*'" : quoted(`(${flags.join(' ')})`);
    return `${many}${flags.length > 1 ? `{${flags.join(',')}}` : flags[0]}${told}`;
  };
  const functionOf = (node: Node): string => {
    const options = node.options.map(specification);
    if (node.commands.length === 0) {
      const rest = node.values.length > 0 ? quoted(`*: :(${node.values.join(' ')})`) : quoted('*: :_files');
      return `${nameOf(node)}() {\n  _arguments -s ${[...options, rest].join(' \\\n    ')}\n}`;
    }
    const list = node.commands.map((child) => quoted(`${child.words.at(-1)!}:${said(child.summary)}`));
    const cases = node.commands.map((child) => `    ${child.words.at(-1)!}) ${nameOf(child)} ;;`);
    return `${nameOf(node)}() {
  local line state commands
  _arguments -C ${[...options, quoted('1: :->command'), quoted('*:: :->rest')].join(' \\\n    ')}
  case $state in
  command)
    commands=(${list.join(' ')})
    _describe command commands
    ;;
  rest)
    case $line[1] in
${cases.join('\n')}
    esac
    ;;
  esac
}`;
  };
  return `#compdef reluctant
# zsh completion of reluctant; eval "$(reluctant completion zsh)" in ~/.zshrc, after compinit
${everyNode(root).map(functionOf).join('\n')}
compdef _reluctant reluctant
`;
}

function fish(root: Node): string {
  const text = (words: string): string => `'${words.replace(/[\\']/g, '\\$&')}'`;
  const lines = everyNode(root).flatMap((node) => {
    const seen = node.words.map((word) => `__fish_seen_subcommand_from ${word}`);
    const children = node.commands.map((child) => child.words.at(-1)!);
    const notYet = children.length > 0 ? [`not __fish_seen_subcommand_from ${children.join(' ')}`] : [];
    const at = [...seen, ...notYet].join('; and ');
    const where = at === '' ? '' : ` -n ${text(at)}`;
    const commands = node.commands.map(
      (child) => `complete -c reluctant${where} -f -a ${child.words.at(-1)!} -d ${text(child.summary)}`,
    );
    const values = node.values.length > 0 ? [`complete -c reluctant${where} -f -a ${text(node.values.join(' '))}`] : [];
    const options = node.options.map((option) => {
      const names = [option.short && `-s ${option.short.slice(1)}`, option.long && `-l ${option.long.slice(2)}`];
      const offered = valuesOf(option);
      const takes = offered ? `-x -a ${text(offered.join(' '))}` : takesValue(option) ? '-r -F' : '';
      return [`complete -c reluctant${where}`, ...names, takes, `-d ${text(option.description)}`]
        .filter(Boolean)
        .join(' ');
    });
    return [...commands, ...values, ...options];
  });
  return `# fish completion of reluctant; reluctant completion fish > ~/.config/fish/completions/reluctant.fish\n${lines.join('\n')}\n`;
}
