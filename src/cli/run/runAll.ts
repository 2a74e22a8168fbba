import type { ClaimRecord } from '../../notebook';
import { writeReport } from '../../notebook/report';
import { formatDuration, Table } from '../../tables';
import { EXIT } from '../exitCodes';
import { shownPath } from '../places';
import { claimsOf, claimsTable } from './claims';
import { failureText } from './failure';
import { madeBy } from './made';
import { RunPrinter, type Sink } from './printer';
import {
  compareRecords,
  hasMoved,
  type RecordRow,
  readRecords,
  recordsFile,
  recordsOf,
  recordsTable,
  writeRecords,
} from './records';
import { type NotebookRun, performRun, prepareRun, type RunOptions } from './runNotebook';
import { verdictText } from './verdict';

/** What `reluctant run` was asked for. */
export interface RunAllOptions extends Omit<RunOptions, 'onEvent'> {
  /** Only the lines of the cells, what the cells tagged `verdict` show, and claims that do not hold. */
  quiet?: boolean;
  /** Write an HTML report beside the executed notebook. */
  html?: boolean;
  /** Compare recorded numbers with those committed. */
  check?: boolean;
  /** Write recorded numbers. */
  updateRecords?: boolean;
  /** Is given what came of each notebook, at the end. */
  onResults?: (results: readonly NotebookResult[]) => void;
}

/** What came of one notebook, as data. */
export interface NotebookResult {
  notebook: string;
  /** `ok`, or what went wrong. */
  result: string;
  /** Null for one that was not run. */
  seconds: number | null;
  executed?: string;
  claims?: readonly ClaimRecord[];
  /** Numbers recorded, beside those committed. */
  numbers?: readonly RecordRow[];
  failure?: string;
}

const CODES = { ok: EXIT.ok, failed: EXIT.failed, 'timed-out': EXIT.timeout, interrupted: EXIT.interrupted } as const;

/**
 * Runs notebooks one after the other and prints how it goes. All are read and their parameters checked before the first is
 * run. A notebook that fails does not keep the next from being run; Ctrl-C does.
 *
 * @returns the exit code: that of the first notebook that did not end well
 */
export async function runAll(notebooks: readonly string[], options: RunAllOptions, sink: Sink): Promise<number> {
  const prepared = notebooks.map((notebook) => prepareRun(notebook, options));
  if (options.check) for (const notebook of notebooks) readRecords(notebook);
  const printer = new RunPrinter(sink, options.quiet);
  const results: NotebookResult[] = [];
  let code: number = EXIT.ok;
  for (const [k, one] of prepared.entries()) {
    if (options.signal?.aborted) break;
    if (k > 0) printer.line('');
    const run = await performRun(one, { ...options, onEvent: (event) => printer.show(event) });
    const own = close(run, options, printer);
    if (code === EXIT.ok) code = own;
    results.push({
      notebook: run.notebook,
      result: own === EXIT.ok ? 'ok' : resultOf(run),
      seconds: Math.round(run.seconds * 10) / 10,
      executed: shownPath(run.executedPath),
      claims: claimsOf(run),
      ...(run.status === 'ok' && { numbers: compareRecords(readRecords(run.notebook) ?? new Map(), recordsOf(run)) }),
      ...(run.failure && { failure: failureText(run.notebook, run.failure) }),
    });
  }
  for (const notebook of notebooks.slice(results.length)) results.push({ notebook, result: 'not run', seconds: null });
  if (notebooks.length > 1) {
    const rows = results.map(({ notebook, result, seconds }) => ({ notebook, result, seconds }));
    printer.line(`\n${new Table(rows, { title: 'Notebooks', maxRows: 1000 })}`);
  }
  options.onResults?.(results);
  return code;
}

const resultOf = ({ status, failure }: NotebookRun): string => {
  if (status === 'ok') return 'numbers moved or claims not held';
  return failure?.cell === undefined ? status : `${status}: cell ${failure.cell}`;
};

/** Prints what remains to be said after a run. @returns its exit code */
function close(run: NotebookRun, options: RunAllOptions, printer: RunPrinter): number {
  const verdict = options.quiet ? verdictText(run) : '';
  if (verdict) printer.line(`\n${verdict}`);
  const claims = claimsOf(run);
  if (claims.length > 0) printer.line(`\n${claimsTable(claims, options.quiet)}`);
  const numbers = run.status === 'ok' ? checkNumbers(run, options, printer) : EXIT.ok;
  const held = claims.every(({ holds }) => holds);
  if (run.failure) {
    const { kind, line, code } = run.failure;
    printer.line(`\n✘ ${failureText(run.notebook, run.failure)}`);
    if (code !== undefined) printer.line(`    ${line} | ${code}`);
    if (kind === 'kernel-died' && printer.kernelLog.trim()) printer.line(indented(printer.kernelLog));
  } else printer.line(`\n✔ ${run.notebook} ran in ${formatDuration(run.seconds)}`);
  printer.line(`  executed notebook: ${shownPath(run.executedPath)}`);
  if (options.html)
    printer.line(
      `  report:            ${shownPath(writeReport(run.executedPath, reportFile(run), madeBy(run, options)).file)}`,
    );
  if (run.status !== 'ok') return CODES[run.status];
  return held ? numbers : EXIT.failed;
}

/** Where the report of a run goes: beside the executed notebook. */
const reportFile = ({ executedPath }: NotebookRun): string => `${executedPath.replace(/\.ipynb$/i, '')}.html`;

function checkNumbers(run: NotebookRun, options: RunAllOptions, printer: RunPrinter): number {
  if (!options.check && !options.updateRecords) return EXIT.ok;
  const now = recordsOf(run);
  if (options.updateRecords) {
    printer.line(`\n${now.size} recorded numbers written to ${writeRecords(run.notebook, now)}`);
    return EXIT.ok;
  }
  const committed = readRecords(run.notebook);
  if (!committed && now.size === 0) {
    printer.line('\nThe notebook records no numbers: nothing to compare.');
    return EXIT.ok;
  }
  const rows = compareRecords(committed ?? new Map(), now);
  printer.line(`\n${recordsTable(rows)}`);
  if (!hasMoved(rows)) return EXIT.ok;
  const file = recordsFile(run.notebook);
  printer.line(
    committed
      ? `✘ The numbers are not those in ${file}. If they are right, write them with --update-records and say why.`
      : `✘ There is no ${file}: write it with --update-records.`,
  );
  return EXIT.failed;
}

const indented = (text: string): string =>
  text
    .trim()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
