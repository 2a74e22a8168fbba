import { Argument, type Command } from 'commander';
import { completions, SHELLS } from '../completions';

const CLOSING = `
Examples:
  $ eval "$(reluctant completion bash)"                                    in ~/.bashrc
  $ eval "$(reluctant completion zsh)"                                     in ~/.zshrc, after compinit
  $ reluctant completion fish > ~/.config/fish/completions/reluctant.fish

They complete the word reluctant: npm install --global, or an alias of npx reluctant, makes it one.`;

/** `reluctant completion`. @param whole makes the program with all of its commands */
export function define(command: Command, whole: () => Command): void {
  command
    .description('Print a script that completes commands, options and their values in a shell.')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText('after', CLOSING)
    .action((shell: (typeof SHELLS)[number]) => {
      process.stdout.write(completions(shell, whole()));
    });
}
