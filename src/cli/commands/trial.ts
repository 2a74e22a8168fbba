import type { Command } from 'commander';
import { readParameters, runParameters, toTrialLine } from '../../trials/trialFile';
import { EXIT } from '../exitCodes';
import { untilStopped } from '../untilStopped';

const CLOSING = `
FILE is one of those that "reluctant sweep" writes into OUTPUT/parameters. A line of JSON is printed for every epoch. SIGTERM and
Ctrl-C stop after the step at hand and keep what was trained; the same command goes on, here or on another machine that sees the folder. A
finished trial is OUTPUT/trials/ID/result.json, which is there whole or not at all.

Exit codes: ${EXIT.ok}, it is finished; ${EXIT.doNotRetry}, the setting itself fails, and would again: do not retry; ${EXIT.interrupted}, stopped; anything
else, it may be tried again.`;

/** `reluctant trial`: one setting of a sweep, as clusters and batch systems start it. */
export function define(command: Command): void {
  command
    .description('Train one trial of a sweep from its parameters: what a cluster or batch system starts.')
    .argument('<file>', 'parameters of the trial, from the folder of its sweep')
    .option('--while-open', 'stop when standard input ends, as it does when what started this is no more')
    .addHelpText('after', CLOSING)
    .action((file: string, flags: { whileOpen?: boolean }) => untilStopped((signal) => run(file, flags, signal)));
}

async function run(file: string, flags: { whileOpen?: boolean }, stopped: AbortSignal): Promise<void> {
  const closed = new AbortController();
  if (flags.whileOpen) process.stdin.resume().once('end', () => closed.abort());
  const parameters = readParameters(file);
  const signal = AbortSignal.any([stopped, closed.signal]);
  // A driver that is no more reads nothing; the trial ends by the end of its input.
  process.stdout.on('error', () => undefined);
  const result = await runParameters(parameters, signal, (line) => process.stdout.write(toTrialLine(line)));
  process.stdin.destroy();
  if (!result) process.exitCode = EXIT.interrupted;
  else if (result.error !== undefined) process.exitCode = EXIT.doNotRetry;
}
