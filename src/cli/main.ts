import { Command, CommanderError } from 'commander';
import { asNotWritten, closest, ReluctantError, setWording } from '../core';
import { setLineWidth } from '../tables';
import { callersError } from './callersError';
import { coloured, hasColours } from './colours';
import { EXIT } from './exitCodes';
import { flagOf } from './flags';
import { readManifest } from './manifest';

/** A command of the shell. Its file is loaded only when it is called, so that `reluctant --help` is instant. */
interface Entry {
  name: string;
  summary: string;
  load: () => { define(command: Command, whole: () => Command): void };
}

/** The commands, in the order of the help. A new one is a file in commands/ and a line here. */
const COMMANDS: readonly Entry[] = [
  {
    name: 'investigate',
    summary: 'run the dead-ReLU investigation and write its report',
    load: () => require('./commands/investigate'),
  },
  { name: 'run', summary: 'run notebooks from the command line', load: () => require('./commands/run') },
  { name: 'parameters', summary: 'show the parameters of a notebook', load: () => require('./commands/parameters') },
  {
    name: 'inspect',
    summary: 'show what a model file or a file of predictions holds',
    load: () => require('./commands/inspect'),
  },
  {
    name: 'diagnose',
    summary: 'name what keeps a trained model from learning',
    load: () => require('./commands/diagnose'),
  },
  { name: 'check', summary: 'check predictions against criteria', load: () => require('./commands/check') },
  {
    name: 'evaluate',
    summary: 'say whether the skill of a run is real',
    load: () => require('./commands/evaluate'),
  },
  { name: 'runs', summary: 'list recorded runs, or compare two', load: () => require('./commands/runs') },
  {
    name: 'kernel',
    summary: 'install, remove or examine the Jupyter kernel',
    load: () => require('./commands/kernel'),
  },
  { name: 'train', summary: 'train the robust network on a file of prices', load: () => require('./commands/train') },
  {
    name: 'sweep',
    summary: 'train a program at many settings, and rank them',
    load: () => require('./commands/sweep'),
  },
  {
    name: 'trial',
    summary: 'train one trial of a sweep from its parameters',
    load: () => require('./commands/trial'),
  },
  { name: 'lab', summary: 'open JupyterLab on a folder', load: () => require('./commands/lab') },
  { name: 'look', summary: 'show what is understood of a file of prices', load: () => require('./commands/look') },
  { name: 'check-data', summary: 'look data over before training', load: () => require('./commands/checkData') },
  {
    name: 'setup',
    summary: 'install what the package needs, or repair it',
    load: () => require('./commands/setup'),
  },
  { name: 'predict', summary: 'predict with a trained run', load: () => require('./commands/predict') },
  {
    name: 'completion',
    summary: 'print a script that completes command lines in bash, zsh or fish',
    load: () => require('./commands/completion'),
  },
  { name: 'help', summary: 'explain a command', load: () => ({ define: explain }) },
];

/** Asks for every command to be loaded. */
const ALL = Symbol('all');

const CLOSING = `
Exit codes:
  ${EXIT.ok}    everything held
  ${EXIT.failed}    a cell failed, a claim did not hold, a number moved, a check found something, data cannot be used
  ${EXIT.usage}    the command line is wrong; nothing was run
  ${EXIT.environment}    something is missing on this machine; nothing was run
  ${EXIT.doNotRetry}   the setting of a trial itself fails: do not retry
  ${EXIT.timeout}  a time limit was reached
  ${EXIT.interrupted}  stopped by Ctrl-C

"reluctant help COMMAND" explains a command.`;

/** `reluctant help [COMMAND [SUBCOMMAND]]`. @param whole makes the program with all of its commands */
function explain(command: Command, whole: () => Command): void {
  command
    .description('Explain a command.')
    .argument('[command...]', 'its name, and that of its part')
    .action((words: string[]) => {
      const found = words.reduce((parent, word) => {
        const child = parent.commands.find((one) => one.name() === word);
        if (child) return child;
        const names = parent.commands.map((one) => one.name());
        const near = closest(word, names, 6);
        throw new ReluctantError({
          code: 'unknown-command',
          operation: ['help', ...words].join(' '),
          problem: `there is no command "${word}"`,
          expected: names.length > 0 ? `one of ${names.join(', ')}` : `no word behind "${parent.name()}"`,
          ...(near && { fix: `did you mean ${near}?` }),
        });
      }, whole());
      found.outputHelp();
    });
}

/** The `reluctant` program. @param called the name of the only command that is loaded, or `all` for the whole program */
function program(called: string | typeof ALL | undefined): Command {
  const { version } = readManifest();
  const root = new Command('reluctant')
    .description('Find out why a neural network will not learn, mend it, and prove that it is mended.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({
      getOutHasColors: () => hasColours(process.stdout),
      getErrHasColors: () => hasColours(process.stderr),
    })
    .configureHelp({
      subcommandTerm: (one) => one.name(),
      styleTitle: (text) => coloured('bold', text),
      styleCommandText: (text) => coloured('bold', text),
    })
    .addHelpText('after', CLOSING);
  for (const { name, summary, load } of COMMANDS) {
    const command = root.command(name).summary(summary).helpOption('-h, --help', 'print this help').exitOverride();
    if (name === called || called === ALL) load().define(command, () => program(ALL));
    else command.description(summary);
  }
  return root;
}

/**
 * Parses a command line and does what it says.
 *
 * @param args the arguments after `reluctant`
 * @returns when the command has ended; `process.exitCode` is set
 */
export async function main(args: readonly string[]): Promise<void> {
  const called = args.find((argument) => !argument.startsWith('-'));
  setWording(flagOf);
  setLineWidth(() => (process.stdout.isTTY ? process.stdout.columns : Infinity));
  const root = program(called);
  try {
    if (args.length === 0) root.outputHelp();
    else await root.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Prints what went wrong, for people, and chooses the exit code. */
function report(thrown: unknown): number {
  const error = asNotWritten(thrown) ?? thrown;
  // Commander has printed its own message, and ends with an error for --help and --version as well.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ReluctantError) {
    process.stderr.write(`${coloured('red', 'reluctant:', process.stderr)} ${error.message}\n`);
    return exitCodeOf(error.code);
  }
  const theirs = callersError(error);
  if (theirs !== undefined) {
    process.stderr.write(`${coloured('red', 'reluctant:', process.stderr)} ${theirs}\n`);
    return EXIT.failed;
  }
  process.stderr.write(`reluctant: unexpected ${error instanceof Error ? (error.stack ?? error) : String(error)}\n`);
  return EXIT.failed;
}

/** Kinds of errors that are not the caller's. */
const ENVIRONMENT_CODES = new Set([
  'kernelspec-not-writable',
  'kernelspec-of-others',
  'python-not-found',
  'python-package-missing',
  'kernel-not-found',
  'kernel-did-not-start',
  'runner-crashed',
  'cluster-not-reached',
  'cluster-lost',
]);

/** Kinds of errors that lie in the data, not in the command line. */
const DATA_CODES = new Set([
  ...[
    'file-damaged',
    'file-empty',
    'not-a-table',
    'format-of-another-name',
    'header-missing',
    'column-names-repeated',
    'too-many-columns',
  ],
  ...[
    'value-not-readable',
    'row-not-readable',
    'number-ambiguous',
    'date-ambiguous',
    'time-zone-mixed',
    'column-kinds-differ',
  ],
  ...[
    'column-type-unsupported',
    'column-of-wrong-kind',
    'column-not-found',
    'symbols-not-distinct',
    'dates-repeated',
    'date-missing',
    'data-faulty',
  ],
  ...[
    'data-beyond-repair',
    'schema-violated',
    'rows-empty',
    'samples-empty',
    'split-empty',
    'table-not-found',
    'form-not-streamed',
  ],
  ...['recording-damaged', 'recording-without-model', 'array-shape', 'history-not-understood'],
]);

function exitCodeOf(code: string): number {
  if (code === 'record-twice' || DATA_CODES.has(code)) return EXIT.failed; // found out by running
  return ENVIRONMENT_CODES.has(code) ? EXIT.environment : EXIT.usage;
}

// Whoever reads what is printed may stop reading (`reluctant runs | head`): that is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? EXIT.ok);
});

void main(process.argv.slice(2));
