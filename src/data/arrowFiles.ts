import * as fs from 'node:fs';
import type * as Flechette from '@uwdata/flechette';
import { lazy, ReluctantError } from '../core';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from './column';
import { Dataset } from './dataset';

const flechette = lazy(() => require('@uwdata/flechette') as typeof Flechette);

/**
 * Reads an Arrow IPC file (Feather version 2) or stream.
 * @param wanted columns to keep; all when absent.
 * @throws ReluctantError `file-damaged`, `column-type-unsupported`, `column-not-found`.
 */
export function loadArrow(operation: string, file: string, wanted?: readonly string[]): Dataset {
  let table: Flechette.Table;
  try {
    table = flechette.tableFromIPC(fs.readFileSync(file), { useDate: false, useBigInt: false });
  } catch (cause) {
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the file is not readable as Arrow',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'write it again, uncompressed: pyarrow.feather.write_feather(table, path, compression="uncompressed")',
      cause,
    });
  }
  const names = wanted ?? table.schema.fields.map((field) => field.name);
  const all = new Dataset(new Map(), { name: file });
  const columns = new Map<string, Column>();
  for (const name of names) {
    const field = table.schema.fields.find((field) => field.name === name);
    if (!field) return all.withColumns(new Map(table.schema.fields.map((f) => [f.name, EMPTY]))).select([name]);
    columns.set(name, toColumn(operation, file, field, table.getChild(name)!));
  }
  return all.withColumns(columns);
}

const EMPTY: Column = { kind: 'number', values: new Float64Array(0) };

function toColumn(operation: string, file: string, field: Flechette.Field, values: Flechette.Column<unknown>): Column {
  const { Type } = flechette;
  const { typeId } = field.type;
  switch (typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
    case Type.Bool:
      return { kind: 'number', values: Float64Array.from(values as Iterable<unknown>, number) };
    case Type.Date:
      return { kind: 'date', values: Int32Array.from(values as Iterable<unknown>, toDay) };
    case Type.Timestamp:
      return { kind: 'time', values: Float64Array.from(values as Iterable<unknown>, number) };
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Dictionary: {
      const codes = new Map<string, number>();
      const dictionary: string[] = [];
      const coded = Int32Array.from(values as Iterable<unknown>, (value) => {
        if (value === null || value === undefined) return -1;
        const text = String(value);
        let code = codes.get(text);
        if (code === undefined) {
          code = dictionary.push(text) - 1;
          codes.set(text, code);
        }
        return code;
      });
      return { kind: 'symbol', values: coded, dictionary };
    }
    default:
      throw new ReluctantError({
        code: 'column-type-unsupported',
        operation,
        problem: 'a column of this type cannot be loaded',
        where: { file, column: field.name },
        received: Object.entries(Type).find(([, id]) => id === typeId)?.[0] ?? typeId,
        expected: 'numbers, booleans, dates, timestamps or texts',
        fix: 'name the columns you want: { columns: [...] }',
      });
  }
}

const number = (value: unknown): number => (value === null || value === undefined ? Number.NaN : Number(value));
const toDay = (value: unknown): number =>
  value === null || value === undefined ? MISSING_DAY : Math.floor(Number(value) / MILLISECONDS_PER_DAY);
