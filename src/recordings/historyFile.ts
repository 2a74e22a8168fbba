import * as fs from 'node:fs';
import { checkPlainFile, parseExactly, ReluctantError, readPlainText } from '../core';
import { load } from '../data';
import { type EpochNumbers, historyRows, notUnderstood } from '../training/historyForms';
import { historyOfEvents, isEventLog } from './tensorboard';

/** Names of tables that have a row per epoch. */
const TABLE = /\.(csv|tsv|txt|parquet|pq|arrow|feather|jsonl|ndjson|xlsx?)(\.gz|\.zst)?$/i;

/**
 * {@link historyRows} of a file: JSON, a table with a row per epoch (CSV as Keras's `CSVLogger` and Lightning write it), or TensorBoard's event
 * files, one or a folder with some.
 */
export async function readHistory(file: string): Promise<EpochNumbers[]> {
  const operation = 'diagnose';
  if (isEventLog(file)) return historyRows(historyOfEvents(file), operation);
  checkPlainFile(operation, file);
  if (/\.json$/i.test(file)) {
    try {
      return historyRows(parseExactly(readPlainText(operation, file)), operation);
    } catch (cause) {
      if (cause instanceof ReluctantError) throw cause;
      throw notUnderstood(operation, file, cause);
    }
  }
  if (!TABLE.test(file) && fs.existsSync(file)) {
    throw new ReluctantError({
      code: 'history-not-understood',
      operation,
      problem: 'the file is no history',
      where: { file },
      expected: 'JSON, a table (CSV, Parquet, Arrow, Excel), or event files of TensorBoard',
      fix: 'in Python: json.dump(history.history, open("history.json", "w"))',
    });
  }
  const table = await load(file);
  const names = table.names.filter((name) => table.column(name).kind === 'number');
  const rows = Array.from({ length: table.rows }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, Number(table.numbers(name)[row])])),
  );
  return historyRows(mergedByEpoch(rows), operation);
}

/** Loggers that write training and validation numbers in lines of their own give an epoch several rows, each with gaps. */
function mergedByEpoch(rows: readonly EpochNumbers[]): EpochNumbers[] {
  if (!rows.every((row) => Number.isFinite(row['epoch']))) return [...rows];
  const merged = new Map<number, Record<string, number>>();
  for (const row of rows) {
    const before = merged.get(row['epoch']!) ?? {};
    const known = Object.entries(row).filter(([name, value]) => !(Number.isNaN(value) && name in before));
    merged.set(row['epoch']!, { ...before, ...Object.fromEntries(known) });
  }
  return [...merged.values()];
}
