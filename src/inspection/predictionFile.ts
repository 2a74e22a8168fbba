import { ReluctantError } from '../core';
import { type Column, type Dataset, load } from '../data';

/** Predictions, and targets where the file has them, by head: a row of one or several numbers per sample. */
export interface PredictionFile {
  predictions: Record<string, number[][]>;
  targets: Record<string, number[][]>;
  rows: number;
}

/** What a column of targets may be called, beside the head's own name for its predictions. */
const TARGET_NAMES = [/^(.+)_(?:target|true|actual)$/, /^(?:target|true|actual|y)_(.+)$/];

/**
 * Predictions from a CSV, Parquet, Arrow, JSON or Excel file. A column `volatility` holds predictions, `volatility_target`
 * (or `_true`, `_actual`, or `target_`, `true_`, `actual_`, `y_` before it) the targets. Cells are numbers or lists as
 * NumPy and Python print them: `[0.02]`, `[0.1, 0.2, 0.7]`. Columns of other text, dates and times are left out.
 *
 * @throws ReluctantError what `data.load` throws, `no-rows`, `no-heads`, `list-not-readable` naming column and row.
 * @example
 * require('node:fs').writeFileSync('predictions.csv', 'volatility,volatility_target\n0.1,0.2\n0.3,0.2\n');
 * const { targets, predictions } = await predictionFile('predictions.csv');
 * inspect.predictions(targets, predictions).rows[0].head; // 'volatility'
 */
export async function predictionFile(file: string): Promise<PredictionFile> {
  const dataset = ofPredictions(await load(file));
  const where = { file };
  if (dataset.rows === 0) throw refusal('no-rows', 'the file has 0 rows', where);
  const columns: PredictionFile = { predictions: {}, targets: {}, rows: dataset.rows };
  for (const name of dataset.names) {
    const values = rowsOf(name, dataset.column(name), file);
    if (!values) continue;
    const head = TARGET_NAMES.map((pattern) => pattern.exec(name)?.[1]).find(
      (column) => column !== undefined && dataset.names.includes(column),
    );
    if (head === undefined) columns.predictions[name] = values;
    else columns.targets[head] = values;
  }
  if (Object.keys(columns.predictions).length > 0) return columns;
  throw refusal('no-heads', 'no column holds numbers or lists of numbers', where, dataset.names);
}

/**
 * Files that `reluctant predict` wrote hold prices, too: of them the columns predictedX and actualX are kept, as X and X_target, and
 * the rows whose future was known.
 */
function ofPredictions(dataset: Dataset): Dataset {
  const heads = dataset.names.flatMap((name) => (/^predicted[A-Z]/.test(name) ? [name.slice('predicted'.length)] : []));
  const paired = heads.filter((head) => dataset.has(`actual${head}`));
  if (paired.length === 0) return dataset;
  const known = dataset.filter((row) => paired.every((head) => !Number.isNaN(dataset.numbers(`actual${head}`)[row]!)));
  const named = (head: string) => head[0]!.toLowerCase() + head.slice(1);
  const columns = paired.flatMap((head) => [
    [named(head), known.column(`predicted${head}`)] as const,
    [`${named(head)}_target`, known.column(`actual${head}`)] as const,
  ]);
  return known.select([]).withColumns(new Map(columns));
}

function rowsOf(name: string, column: Column, file: string): number[][] | undefined {
  if (column.kind === 'number') return Array.from(column.values, (value) => [value]);
  if (column.kind !== 'symbol' || !column.dictionary.some((text) => text.trimStart().startsWith('['))) return undefined;
  const lists = column.dictionary.map(parseList);
  const width = lists.find((list) => list !== undefined)?.length ?? 1;
  const missing = new Array<number>(width).fill(Number.NaN);
  return Array.from(column.values, (code, row) => {
    if (code < 0) return missing;
    const list = lists[code];
    if (list?.length === width) return list;
    const where = { file, column: name, row: row + 1 };
    throw refusal('list-not-readable', `a cell is not a list of ${width} numbers`, where, column.dictionary[code]);
  });
}

/** A list of numbers as Python, NumPy or JSON print it; nothing else, and nothing is evaluated. */
function parseList(text: string): number[] | undefined {
  const inner = /^\s*\[([^[\]]*)\]\s*$/.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const parts = inner.split(/[\s,]+/).filter(Boolean);
  const numbers = parts.map((part) =>
    /^nan$/i.test(part)
      ? Number.NaN
      : /^[-+]?inf(inity)?$/i.test(part)
        ? Number(part.replace(/inf.*/i, 'Infinity'))
        : Number(part),
  );
  return parts.length && parts.every((part, k) => !Number.isNaN(numbers[k]) || /^nan$/i.test(part))
    ? numbers
    : undefined;
}

const refusal = (code: string, problem: string, where: Record<string, string | number>, received?: unknown) =>
  new ReluctantError({
    code,
    operation: 'inspect.predictionFile',
    problem,
    where,
    received,
    expected: 'a column of predictions per head, and <head>_target with its targets',
  });
