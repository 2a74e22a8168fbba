import * as fs from 'node:fs';
import type * as Flechette from '@uwdata/flechette';
import { lazy, ReluctantError } from '../../core';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from './column';
import { symbolColumn } from './columnBuilder';
import { Dataset } from './dataset';

const flechette = lazy(loadFlechette);

/** flechette with the two codecs that Arrow files are packed with; Feather files are LZ4 unless told otherwise. */
function loadFlechette(): typeof Flechette {
  const package_ = require('@uwdata/flechette') as typeof Flechette;
  const lz4 = require('lz4js') as { decompress(bytes: Uint8Array): Uint8Array };
  const zstd = require('fzstd') as { decompress(bytes: Uint8Array): Uint8Array };
  const { CompressionType, setCompressionCodec } = package_;
  const readOnly = (): never => {
    throw new Error('only reading is supported');
  };
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    decode: (bytes) => Uint8Array.from(lz4.decompress(bytes)),
    encode: readOnly,
  });
  setCompressionCodec(CompressionType.ZSTD, { decode: (bytes) => zstd.decompress(bytes), encode: readOnly });
  return package_;
}

/**
 * Reads an Arrow IPC file (Feather version 2) or stream, packed with LZ4 or Zstandard or not.
 * @param wanted columns to keep; the others are not decoded. All when absent.
 * @throws ReluctantError `file-damaged`, `column-type-unsupported`, `column-not-found`.
 */
export function loadArrow(operation: string, file: string, wanted?: readonly string[]): Dataset {
  try {
    const bytes = fs.readFileSync(file);
    checkMagic(bytes);
    const table = flechette.tableFromIPC(bytes, { useDate: false, useBigInt: false });
    const { fields } = table.schema;
    const known = new Dataset(new Map(fields.map(({ name }) => [name, EMPTY])), { name: file });
    const columns = (wanted ?? known.names).map((name) => {
      known.column(name);
      const field = fields.find((field) => field.name === name)!;
      return [name, toColumn(operation, file, field, table.getChild(name)!)] as const;
    });
    return new Dataset(new Map(columns), { name: file });
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the file is not readable as Arrow',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'check that the file is whole; Feather version 1 must be written again as version 2',
      cause,
    });
  }
}

/** Files begin with "ARROW1", streams with the continuation mark; without this check, junk reads as a table of nothing. */
function checkMagic(bytes: Uint8Array): void {
  const isFile = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'ARROW1';
  const isStream = bytes.length >= 8 && bytes.subarray(0, 4).every((byte) => byte === 0xff);
  if (!isFile && !isStream) throw new Error('the file begins neither like an Arrow file nor like an Arrow stream');
}

const EMPTY: Column = { kind: 'number', values: new Float64Array(0) };

function toColumn(operation: string, file: string, field: Flechette.Field, values: Flechette.Column<unknown>): Column {
  const { Type } = flechette;
  const { typeId } = field.type;
  const all = values as Iterable<unknown>;
  switch (typeId) {
    case Type.Int:
    case Type.Float:
    case Type.Decimal:
    case Type.Bool:
      return { kind: 'number', values: Float64Array.from(all, number) };
    case Type.Date:
      return { kind: 'date', values: Int32Array.from(all, toDay) };
    case Type.Timestamp:
      return { kind: 'time', values: Float64Array.from(all, number) };
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Dictionary:
      return symbolColumn(all);
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
