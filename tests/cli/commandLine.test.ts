import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { hasColours } from '../../src/cli/colours';
import { call, Desk, ROOT, reluctant } from './notebooks';

/** What begins a colour. */
const ESCAPE = String.fromCharCode(27);

const desk = new Desk();
after(() => desk.remove());

/** Commands that print no table, nor anything else that a program would read. */
const WITHOUT_TABLE = [
  'investigate',
  'lab',
  'setup',
  'completion',
  'help',
  'kernel',
  'kernel install',
  'kernel uninstall',
];
/** Prints lines of JSON and nothing else. */
const JSON_ALONE = ['trial'];

/** The commands with their flags, and the options that take one of some values, out of the completion of bash. */
const commands = new Map<string, string[]>();
const choices: { command: string; flag: string; values: string[] }[] = [];
let script = '';
before(async () => {
  script = (await reluctant(['completion', 'bash'])).out;
  for (const [, command, flags] of script.matchAll(/^ {6}'([\w -]*)'\) flags='([^']*)'/gm))
    commands.set(command!, flags!.split(' '));
  for (const [, places, values] of script.matchAll(/^ {4}('.*'\)) words='([^']+)'/gm)) {
    const [, command, flag] = /'([\w -]+):(--[\w-]+)'\)/.exec(places!)!;
    choices.push({ command: command!, flag: flag!, values: values!.split(' ') });
  }
});

describe('reluctant help', () => {
  test('says of a command, and of its part, what --help says', async () => {
    for (const words of [['diagnose'], ['kernel', 'install']]) {
      const help = await reluctant(['help', ...words]);
      assert.equal(help.code, 0);
      assert.equal(help.out, (await reluctant([...words, '--help'])).out);
    }
    assert.equal((await reluctant(['help'])).out, (await reluctant(['--help'])).out);
  });

  test('refuses what is no command, and names the nearest', async () => {
    const { code, errors } = await reluctant(['help', 'diagnoze']);
    assert.equal(code, 2);
    assert.match(errors, /no command "diagnoze".*did you mean diagnose\?/);
    assert.equal((await reluctant(['diagnoze'])).code, 2);
  });
});

describe('every command', () => {
  test('has help, and --json where it prints a table', () => {
    assert.ok(commands.size > 15);
    const lacking = [...commands]
      .filter(([name, flags]) => name !== '' && !flags.includes('--json'))
      .map(([name]) => name);
    assert.deepEqual(lacking.sort(), [...WITHOUT_TABLE, ...JSON_ALONE].sort());
    for (const [name, flags] of commands) assert.ok(flags.includes('--help'), name);
  });

  test('refuses values that an option does not have', async () => {
    assert.ok(choices.length >= 8);
    const ends = await Promise.all(
      choices.map(async ({ command, flag, values }) => ({
        what: `${command} ${flag}`,
        values,
        ...(await reluctant([...command.split(' '), `${flag}=nonsense`])),
      })),
    );
    for (const { what, values, code, errors } of ends) {
      assert.equal(code, 2, what);
      assert.match(errors, /nonsense/, what);
      for (const value of values) assert.ok(errors.includes(value), `${what}: ${value}`);
    }
  });
});

/** What bash offers for the last of some words. */
function offered(...words: string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(' ');
  const line = `source completion; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _reluctant; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', line], { cwd: desk.folder, encoding: 'utf8' });
  return stdout.split('\n').filter((word) => word !== '');
}

describe('completion', () => {
  before(() => fs.writeFileSync(desk.path('completion'), script));

  test('of bash offers commands, their parts, options and values; and files where they may stand', () => {
    assert.deepEqual(offered('reluctant', 'dia'), ['diagnose']);
    assert.deepEqual(offered('reluctant', 'kernel', ''), ['install', 'uninstall', 'doctor']);
    assert.deepEqual(offered('reluctant', 'kernel', 'install', '--sys'), ['--sys-prefix']);
    assert.deepEqual(offered('reluctant', 'sweep', 'program.ts', '--method', 'gr'), ['grid']);
    assert.deepEqual(offered('reluctant', 'completion', 'f'), ['fish']);
    assert.deepEqual(offered('reluctant', 'diagnose', '--data', 'ro'), []);
    assert.ok(offered('reluctant', 'diagnose', 'model.keras', '--').includes('--confirm'));
  });

  for (const shell of ['zsh', 'fish']) {
    const isThere = spawnSync(shell, ['--version']).status === 0;
    test(`of ${shell} is understood by it`, { skip: isThere ? false : `${shell} is not installed` }, async () => {
      const { out } = await reluctant(['completion', shell]);
      fs.writeFileSync(desk.path(shell), out);
      const { status, stderr } = spawnSync(shell, ['-n', desk.path(shell)], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    });
    test(`of ${shell} names every command`, async () => {
      const { code, out } = await reluctant(['completion', shell]);
      assert.equal(code, 0);
      for (const name of commands.keys()) for (const word of name.split(' ')) assert.ok(out.includes(word), name);
    });
  }

  test('of an unknown shell is refused', async () => {
    assert.match((await reluctant(['completion', 'tcsh'])).errors, /bash, zsh, fish/);
  });
});

describe('colours', () => {
  test('are for terminals that have them, unless NO_COLOR says no or FORCE_COLOR yes', () => {
    const terminal = { isTTY: true };
    assert.equal(hasColours(terminal, { TERM: 'xterm' }), true);
    assert.equal(hasColours(terminal, { TERM: 'dumb' }), false);
    assert.equal(hasColours(terminal, { NO_COLOR: '1' }), false);
    assert.equal(hasColours(terminal, { NO_COLOR: '' }), true);
    assert.equal(hasColours({}, {}), false);
    assert.equal(hasColours({}, { FORCE_COLOR: '1' }), true);
    assert.equal(hasColours(terminal, { FORCE_COLOR: '0' }), false);
  });

  test('never reach a pipe', async () => {
    const outputs = await Promise.all(
      [['--help'], ['diagnose', 'missing.keras'], ['runs', '--folder', 'none']].map((args) => reluctant(args)),
    );
    for (const { out, errors } of outputs) assert.ok(!(out + errors).includes(ESCAPE));
    const forced = await reluctant(['diagnose', 'missing.keras'], { env: { FORCE_COLOR: '1' } });
    assert.ok(forced.errors.startsWith(`${ESCAPE}[31mreluctant:`));
  });
});

test('in a terminal tables are as wide as it is, and NO_COLOR holds', async () => {
  const samples = path.join(ROOT, 'tests', 'runs', 'samples');
  const program = path.join(ROOT, 'bin', 'reluctant.js');
  const python = `import fcntl, os, pty, struct, sys, termios
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    os.execv(sys.argv[1], sys.argv[1:])
text = b""
while True:
    try:
        more = os.read(terminal, 65536)
    except OSError:
        break
    if not more:
        break
    text += more
sys.stdout.buffer.write(text)`;
  const inTerminal = (env: NodeJS.ProcessEnv, ...args: string[]) =>
    call(path.join(ROOT, '.venv', 'bin', 'python'), ['-c', python, process.execPath, program, ...args], { env });
  const { out } = await inTerminal({ NO_COLOR: '1', TERM: 'xterm' }, 'runs', '--folder', samples);
  const lines = out.split(/\r?\n/);
  assert.ok(
    lines.slice(1).every((line) => [...line].length <= 60),
    out,
  );
  for (const word of ['recorded-0.1.0', 'train-0.1.0', 'val_loss', 'verdict']) assert.ok(out.includes(word), word);
  assert.ok(!out.includes(ESCAPE));
  const piped = await reluctant(['runs', '--folder', samples]);
  assert.ok(piped.out.split('\n').some((line) => [...line].length > 60));
  const help = await inTerminal({ TERM: 'xterm', NO_COLOR: '' }, 'help', 'runs');
  assert.ok(help.out.includes(`${ESCAPE}[1mUsage:`));
});

test('reluctant runs compare says how far the last numbers are apart', async () => {
  const samples = path.join(ROOT, 'tests', 'runs', 'samples');
  const { code, out } = await reluctant([
    'runs',
    'compare',
    'recorded-0.1.0',
    'train-0.1.0',
    '--folder',
    samples,
    '--json',
  ]);
  assert.equal(code, 0);
  const rows = JSON.parse(out) as { what: string; difference?: number; [run: string]: unknown }[];
  const loss = rows.find(({ what }) => what === 'loss')!;
  assert.equal(loss.difference, (loss['train-0.1.0'] as number) - (loss['recorded-0.1.0'] as number));
});
