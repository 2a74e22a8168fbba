import { ReluctantError } from '../../core';
import { type Column, MISSING_DAY } from './column';
import { Dataset } from './dataset';

/**
 * Several data sets below each other, matched by column name; a column that one of them lacks is missing there.
 * @throws ReluctantError `column-kinds-differ` when a column is numbers in one and texts in another, say.
 *
 * @example
 * const prices = rl.synthetic.market({ symbols: 1, days: 5, seed: 7 });
 * concat([prices, prices]).rows; // 10
 */
export function concat(datasets: readonly Dataset[], name = datasets[0]?.name ?? 'data'): Dataset {
  if (datasets.length === 1) return datasets[0]!;
  const names = [...new Set(datasets.flatMap((dataset) => dataset.names))];
  return new Dataset(new Map(names.map((column) => [column, join(column, datasets)])), { name });
}

function join(name: string, datasets: readonly Dataset[]): Column {
  const model = datasets.find((dataset) => dataset.has(name))!.column(name);
  const total = datasets.reduce((sum, dataset) => sum + dataset.rows, 0);
  const values = model.kind === 'symbol' || model.kind === 'date' ? new Int32Array(total) : new Float64Array(total);
  const codes = new Map<string, number>();
  let start = 0;
  for (const dataset of datasets) {
    const part = dataset.has(name) ? dataset.column(name) : undefined;
    if (part && part.kind !== model.kind) {
      throw new ReluctantError({
        code: 'column-kinds-differ',
        operation: 'data.load',
        problem: `column "${name}" is not of one kind`,
        where: { file: dataset.name, column: name },
        received: `${part.kind}s`,
        expected: `${model.kind}s, as in the first file`,
      });
    }
    if (!part)
      values.fill(
        model.kind === 'symbol' ? -1 : model.kind === 'date' ? MISSING_DAY : Number.NaN,
        start,
        start + dataset.rows,
      );
    else if (part.kind === 'symbol') {
      const translated = part.dictionary.map((text) => {
        if (!codes.has(text)) codes.set(text, codes.size);
        return codes.get(text)!;
      });
      part.values.forEach((code, row) => {
        values[start + row] = code < 0 ? -1 : translated[code]!;
      });
    } else values.set(part.values, start);
    start += dataset.rows;
  }
  return { ...model, values, ...(model.kind === 'symbol' ? { dictionary: [...codes.keys()] } : {}) } as Column;
}
