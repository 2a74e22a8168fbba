import * as fs from 'node:fs';
import * as path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseJSON, ReluctantError, readPlainText, writeAtomically } from '../core';
import { type LedgerLine, linesOf } from '../ledger';
import type { Setting } from '../programs';
import { plain, releaseLost } from '../runs';
import type { PlannedTrial } from './plan';
import { placeOf, runTrial, type TrialResult } from './trial';

/** All that a machine must know to train one trial, as a file. */
export interface TrialParameters extends PlannedTrial {
  formatVersion: 1;
  /** By which ledgers call it, on whatever machine and however often it begins again. */
  name: string;
  /** Path of the program's module, or the name of a recipe. */
  module: string;
  base: Setting;
  /** Folder of the sweep. */
  folder: string;
  /** Instead of the setting's. */
  epochs?: number;
  /** Whether the sweep keeps a ledger: then the trial has one of its own, in the sweep's folder. */
  ledger: boolean;
}

/** What a trial prints, a line of JSON each. */
export type TrialLine =
  | ({ kind: 'epoch'; epoch: number; epochs: number } & Readonly<Record<string, unknown>>)
  /** What was added to its ledger. */
  | { kind: 'ledger'; lines: readonly LedgerLine[] }
  | { kind: 'done'; result: TrialResult }
  | { kind: 'stopped' };

/** Where the ledgers of single trials lie in the folder of a sweep. */
export const LEDGERS = 'ledgers';

/** The ledger of one trial. */
const ledgerOf = (folder: string, id: string): string => path.join(folder, LEDGERS, `${id}.jsonl`);

/**
 * The parameters of a trial, as its file in the sweep's folder has them.
 *
 * @throws ReluctantError `trial-file-not-readable`.
 */
export function readParameters(file: string): TrialParameters {
  let given: TrialParameters | undefined;
  let cause: unknown;
  try {
    given = parseJSON(readPlainText('trial', file)) as TrialParameters;
  } catch (error) {
    if (error instanceof ReluctantError) throw error;
    cause = error;
  }
  const texts = [given?.id, given?.name, given?.module, given?.folder];
  const isWhole = texts.every((text) => typeof text === 'string') && typeof given?.changes === 'object';
  if (given?.formatVersion === 1 && isWhole && /^[\w-]+$/.test(given.id)) return given;
  throw new ReluctantError({
    code: 'trial-file-not-readable',
    operation: 'trial',
    problem: 'the file does not hold the parameters of a trial',
    where: { file },
    received: given ? `format ${given.formatVersion ?? 'of no version'}` : 'no JSON',
    expected: 'a file of format 1 from the folder "parameters" of a sweep',
    fix: 'start the sweep again, which writes it',
    cause,
  });
}

/** Writes the parameters of a trial into its sweep's folder, under the name that it had before if it had one. */
export function writeParameters(given: Omit<TrialParameters, 'formatVersion' | 'name'>, name: string): TrialParameters {
  const file = path.join(given.folder, 'parameters', `${given.id}.json`);
  const before = fs.existsSync(file) ? readParameters(file) : undefined;
  const parameters: TrialParameters = { formatVersion: 1, name: before?.name ?? name, ...given };
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (!isDeepStrictEqual(before, parameters)) writeAtomically(file, `${JSON.stringify(parameters, undefined, 1)}\n`);
  return parameters;
}

/**
 * Trains one trial from its parameters. It may be stopped, and goes on next time, here or on another machine that sees the folder.
 *
 * @param say is told every line of progress.
 * @returns the result; undefined where it was stopped.
 */
export async function runParameters(
  parameters: TrialParameters,
  signal: AbortSignal,
  say: (line: TrialLine) => void,
): Promise<TrialResult | undefined> {
  const { id, changes, name, module, base, folder, epochs, ledger } = parameters;
  const file = ledgerOf(folder, id);
  process.env['RELUCTANT_LEDGER'] = ledger ? file : 'off';
  let told = 0;
  const tellLedger = () => {
    const lines = ledger && fs.existsSync(file) ? linesOf(file) : [];
    if (lines.length > told) say({ kind: 'ledger', lines: lines.slice(told) });
    told = lines.length;
  };
  releaseLost(placeOf(folder, id));
  const onEpoch = (row: object, all: number) => {
    tellLedger();
    const numbers = row as Readonly<Record<string, number>>;
    say({ ...numbers, kind: 'epoch', epoch: numbers['epoch']! + 1, epochs: all });
  };
  const result = await runTrial(module, base, { id, changes }, folder, { signal, onEpoch, trial: name }, epochs);
  tellLedger();
  say(result ? { kind: 'done', result } : { kind: 'stopped' });
  return result;
}

/** A line as it is printed; numbers that JSON lacks are texts, as everywhere in the files of a run. */
export const toTrialLine = (line: TrialLine): string => `${JSON.stringify(line, plain)}\n`;
