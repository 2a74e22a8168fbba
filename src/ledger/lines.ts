import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { checkPlainFile, lazy, parseJSON, ReluctantError, readPlainText, z } from '../core';

/** A training was begun: written before its first step. */
export interface BegunLine {
  event: 'begun';
  trial: string;
  time: string;
  host: string;
  /** Version of this library. */
  version: string;
  /** Fingerprint of the training rows. */
  data: string;
  /** Fingerprint of model, losses and options, the seed apart. */
  program: string;
  seed: number;
  epochs: number;
  rows: number;
  heads: readonly string[];
}

/** It has ended, in whatever way. */
export interface EndedLine {
  event: 'ended';
  trial: string;
  time: string;
  status: 'finished' | 'stopped' | 'failed';
  /** Why: the run's `stopReason`, or the message of the error. */
  reason: string;
  epochs: number;
  seconds: number;
}

/** What a strategy made of it earned. */
export interface EvaluatedLine {
  event: 'evaluated';
  trial: string;
  time: string;
  /** Which strategy of several that use the model. */
  strategy: string;
  /** One per period, nothing annualised. */
  returns: readonly number[];
}

/** One line of a ledger without the hashes that chain it. */
export type LedgerLine = BegunLine | EndedLine | EvaluatedLine;

/** As it stands in the file: `previous` is the hash of a line before it. */
type ChainedLine = LedgerLine & { format: number; previous: string };

/** What lines look like; fields of later versions are passed over. */
const shape = lazy(() => {
  const text = z.string();
  const number = z.number();
  const chained = { format: z.int(), previous: text, trial: text, time: text };
  return z.discriminatedUnion('event', [
    z.object({
      ...chained,
      event: z.literal('begun'),
      host: text,
      version: text,
      data: text,
      program: text,
      seed: number,
      epochs: number,
      rows: number,
      heads: z.array(text),
    }),
    z.object({
      ...chained,
      event: z.literal('ended'),
      status: z.enum(['finished', 'stopped', 'failed']),
      reason: text,
      epochs: number,
      seconds: number,
    }),
    z.object({ ...chained, event: z.literal('evaluated'), strategy: text, returns: z.array(number).min(2) }),
  ]);
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
const FIRST = hashOf('');

/** The end of a line: the hash of what stands before it. The last line has none behind it that would notice a change. */
const OWN = /,"own":"([0-9a-f]{32})"\}$/;

/** A line with the hash of itself at its end. */
function withOwn(line: ChainedLine): string {
  const text = JSON.stringify(line);
  return `${text.slice(0, -1)},"own":"${hashOf(text)}"}`;
}

/** Whether a line is as it was written; lines of before there was such a hash pass. */
function isAsWritten(text: string): boolean {
  const own = OWN.exec(text);
  return !own || hashOf(`${text.slice(0, own.index)}}`) === own[1];
}

/** Characters that a ledger may have: what JavaScript can hold in one string. */
const LONGEST_TEXT = 2 ** 29 - 24;

/** The beginning of a line that was never finished. */
const HALF = /^\{[^\n]*[^}]$|^\{?$/;

/** Bytes read back to find the last line. */
const TAIL = 1 << 16;

/**
 * Adds a line to a ledger in one write, which no other process can come between; each carries the hash of the line that was last when it was written.
 *
 * @throws ReluctantError `ledger-not-writable`.
 */
export function appendLine(file: string, line: LedgerLine): void {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    const chained: ChainedLine = { format: 1, previous: lastHash(file), ...line };
    const text = withOwn(chained);
    fs.appendFileSync(file, `${endsInHalf(file) ? '\n' : ''}${text}\n`);
    noteLatest(file, hashOf(text));
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'ledger-not-writable',
      operation: 'TrialLedger',
      problem: 'the ledger of trials cannot be written',
      where: { file },
      fix: 'name another file in RELUCTANT_LEDGER, or RELUCTANT_LEDGER=off to keep none',
      cause,
    });
  }
}

/** Beside a ledger: the hash of a line that was added last, by which a file whose end was cut off is noticed. */
const latestOf = (file: string): string => `${file}.latest`;

/** Of several processes that add lines at once, any may be the last to say so: each line is in the file by then. */
function noteLatest(file: string, hash: string): void {
  const draft = `${latestOf(file)}.${process.pid}`;
  fs.writeFileSync(draft, hash);
  fs.renameSync(draft, latestOf(file));
}

/** The hash of the line that was added last; a copy of a ledger comes without the file that notes it. */
const latestIn = (file: string): string | undefined =>
  fs.existsSync(latestOf(file)) ? readPlainText('TrialLedger', latestOf(file)) : undefined;

/** Throws where the line that was added last is not there. */
function checkLatest(file: string, latest: string | undefined, known: ReadonlySet<string>): void {
  if (latest === undefined || known.has(latest)) return;
  throw new ReluctantError({
    code: 'ledger-altered',
    operation: 'TrialLedger',
    problem: 'the end of the ledger is missing: the line that was added last is not there',
    where: { file },
    expected: `the line that ${latestOf(file)} names`,
    fix: 'restore it from a copy; if it was cut on purpose, remove the file that names the line',
  });
}

function lastHash(file: string): string {
  checkPlainFile('TrialLedger', file);
  if (!fs.existsSync(file)) return FIRST;
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    for (let length = TAIL; ; length *= 8) {
      const bytes = Buffer.alloc(Math.min(size, length));
      fs.readSync(handle, bytes, 0, bytes.length, size - bytes.length);
      // What follows the last line's end is half a line of a process that was killed, or nothing.
      const whole = bytes
        .subarray(0, bytes.lastIndexOf(0x0a) + 1)
        .toString('utf8')
        .trimEnd();
      const from = whole.lastIndexOf('\n');
      if (from >= 0 || length >= size) return whole === '' ? FIRST : hashOf(whole.slice(from + 1));
    }
  } finally {
    fs.closeSync(handle);
  }
}

/** Whether a file ends within a line: a process was killed while it wrote. */
function endsInHalf(file: string): boolean {
  if (!fs.existsSync(file)) return false;
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const last = Buffer.alloc(1);
    return size > 0 && fs.readSync(handle, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * The lines of a ledger, none of which may have been changed or taken out since: each must follow one that is there. Half a line, left by a
 * process that was killed while writing, is passed over.
 *
 * @throws ReluctantError `ledger-missing`, `ledger-altered` naming the line, `format-too-new`.
 */
export function readLines(file: string): LedgerLine[] {
  if (!fs.existsSync(file)) {
    throw new ReluctantError({
      code: 'ledger-missing',
      operation: 'TrialLedger',
      problem: 'there is no ledger of trials',
      where: { file },
      fix: 'train something here first, or name the file: TrialLedger.open(file)',
    });
  }
  // Before the lines: another process may add one meanwhile.
  const latest = latestIn(file);
  const text = readPlainText('TrialLedger', file, LONGEST_TEXT);
  const known = new Set([FIRST]);
  const lines: LedgerLine[] = [];
  const texts = text.split('\n');
  const last = texts.length - 1 - [...texts].reverse().findIndex((one) => one !== '');
  for (const [k, one] of texts.entries()) {
    if (one === '') continue;
    const line = parse(one);
    if (!line) {
      // A half line ends the file, or another process went on behind it.
      if (HALF.test(one) && (k + 1 === texts.length || k < last)) continue;
      throw altered(file, k + 1);
    }
    if (!isAsWritten(one) || !known.has(line.previous)) throw altered(file, k + 1);
    if (line.format > 1) throw tooNew(file, line.format);
    known.add(hashOf(one));
    const { format: _, previous: __, ...rest } = line;
    lines.push(rest as LedgerLine);
  }
  checkLatest(file, latest, known);
  return lines;
}

function parse(text: string): ChainedLine | undefined {
  try {
    const json: unknown = parseJSON(text);
    // A newer line may look otherwise; it is refused by its format.
    const { format, previous } = Object(json) as Partial<ChainedLine>;
    if (typeof format === 'number' && format > 1 && typeof previous === 'string') return json as ChainedLine;
    return shape.safeParse(json).data;
  } catch {
    return undefined;
  }
}

function altered(file: string, line: number): ReluctantError {
  return new ReluctantError({
    code: 'ledger-altered',
    operation: 'TrialLedger',
    problem: 'a line was changed, or one before it was taken out',
    where: { file, line },
    expected: 'a file that is only ever added to',
    fix: 'restore it from a copy; verdicts over a part of the trials would be too kind',
  });
}

function tooNew(file: string, format: number): ReluctantError {
  return new ReluctantError({
    code: 'format-too-new',
    operation: 'TrialLedger',
    problem: 'the ledger was written by a newer version',
    where: { file },
    received: format,
    expected: 'format 1',
    fix: 'update reluctant',
  });
}
