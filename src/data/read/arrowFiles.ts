import type * as Flechette from '@uwdata/flechette';
import { checkPlainFile, lazy, ReluctantError, readPlainFile } from '../../core';
import { Bound, checkWidth } from '../table/bound';
import { type Column, MILLISECONDS_PER_DAY, MISSING_DAY } from '../table/column';
import { symbolColumn } from '../table/columnBuilder';
import { withRowsLast } from './arrowBlocks';
import { firstBytes, unpackZstandard } from './csv/bytes';
import type { LoadOptions } from './options';
import type { FileColumns } from './texts/fileColumns';
import { Zone } from './texts/zones';

/** Bytes that the file being read may still unpack to. */
let unpackable = 0;
const TOO_FAR = 'it unpacks to far more than a file of its size rightly holds';

function counted(bytes: Uint8Array): Uint8Array {
  unpackable -= bytes.length;
  return bytes;
}

/** flechette with the two codecs that Arrow files are packed with; Feather files are LZ4 unless told otherwise. */
export const flechette = lazy(loadFlechette);

function loadFlechette(): typeof Flechette {
  const package_ = require('@uwdata/flechette') as typeof Flechette;
  const lz4 = require('lz4js') as Record<'decompress' | 'decompressBound', (bytes: Uint8Array) => never>;
  const { CompressionType, setCompressionCodec } = package_;
  const readOnly = (): never => {
    throw new Error('only reading is supported');
  };
  // Copied, so that columns begin where their numbers can be read in place.
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    decode: (bytes) => {
      // What the packed bytes claim to hold is set aside before they are unpacked.
      if (Number(lz4.decompressBound(bytes)) > unpackable) throw new RangeError(TOO_FAR);
      return counted(Uint8Array.from(lz4.decompress(bytes) as Uint8Array));
    },
    encode: readOnly,
  });
  setCompressionCodec(CompressionType.ZSTD, {
    decode: (bytes) => counted(Uint8Array.from(unpackZstandard(bytes, unpackable))),
    encode: readOnly,
  });
  return package_;
}

/**
 * Reads an Arrow IPC file (Feather version 2) or stream, packed with LZ4 or Zstandard or not.
 * @throws ReluctantError `file-damaged`, `column-type-unsupported`.
 */
export function loadArrow(
  operation: string,
  file: string,
  options: Pick<LoadOptions, 'columns' | 'timeZone'>,
): FileColumns {
  try {
    checkPlainFile(operation, file);
    checkMagic(firstBytes(file, 8));
    const bytes = readPlainFile(operation, file);
    const bound = Bound.ofFiles(operation, [file]);
    unpackable = BYTES * bound.most;
    const table = readTable(bytes);
    const zone = options.timeZone === undefined ? undefined : new Zone(operation, options.timeZone);
    const columns = new Map<string, Column>();
    const names = table.schema.fields.map(({ name }) => name);
    checkWidth(operation, file, names.length);
    // Where one is asked for that is not there, all are read, so that the message can name them.
    const isWhole = options.columns?.every((name) => names.includes(name)) !== true;
    bound.check(table.numRows, isWhole ? names.length : options.columns!.length);
    for (const [k, field] of table.schema.fields.entries()) {
      if (!isWhole && !options.columns!.includes(field.name)) continue;
      columns.set(field.name, toColumn(operation, file, field, table.getChildAt(k)!, zone));
    }
    return { file, columns, rowOf: (row) => row + 1, quick: false };
  } catch (cause) {
    if (cause instanceof ReluctantError) throw cause;
    throw new ReluctantError({
      code: 'file-damaged',
      operation,
      problem: 'the file is not readable as Arrow',
      where: { file },
      received: cause instanceof Error ? cause.message : cause,
      fix: 'check that the file is whole; Feather version 1 must be written again as version 2, or as Parquet',
      cause,
    });
  }
}

function readTable(bytes: Uint8Array): Flechette.Table {
  const options = { useDate: false, useBigInt: true };
  try {
    return flechette.tableFromIPC(bytes, options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return flechette.tableFromIPC(withRowsLast(bytes), options);
  }
}

/** Files begin with "ARROW1", streams with the continuation mark; without this check, junk reads as a table of nothing. */
function checkMagic(bytes: Uint8Array): void {
  const isFile = Buffer.from(bytes.subarray(0, 6)).toString('latin1') === 'ARROW1';
  const isStream = bytes.length >= 8 && bytes.subarray(0, 4).every((byte) => byte === 0xff);
  if (!isFile && !isStream) throw new Error('the file begins neither like an Arrow file nor like an Arrow stream');
}

function toColumn(
  operation: string,
  file: string,
  field: Flechette.Field,
  values: Flechette.Column<unknown>,
  zone: Zone | undefined,
): Column {
  const { Type } = flechette;
  const { typeId } = field.type;
  const all = values as Iterable<unknown>;
  switch (typeId) {
    case Type.Int:
      return wholeNumbers([...all]);
    case Type.Float:
    case Type.Decimal:
    case Type.Bool:
      return { kind: 'number', values: Float64Array.from(all, number) };
    case Type.Null:
      return { kind: 'number', values: new Float64Array(values.length).fill(Number.NaN) };
    case Type.Date:
      return { kind: 'date', values: Int32Array.from(all, toDay) };
    case Type.Timestamp:
      return daysOrInstants(
        operation,
        Float64Array.from(all, number),
        (field.type as Flechette.TimestampType).timezone,
        zone,
      );
    case Type.Utf8:
    case Type.LargeUtf8:
    case Type.Utf8View:
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
        fix: (say) => `leave it out: ${say('columns', ['date', 'close'])}`,
      });
  }
}

/** Whole numbers; names of more digits than a double holds are texts. */
function wholeNumbers(values: readonly unknown[]): Column {
  const isLong = values.some((value) => typeof value === 'bigint' && (value > MOST || value < -MOST));
  return isLong ? symbolColumn(values) : { kind: 'number', values: Float64Array.from(values, number) };
}

const BYTES = 8;
const MOST = BigInt(Number.MAX_SAFE_INTEGER);

/** Instants, or days where all are midnight on the clocks that the file (or, for a file of UTC, the caller) names. */
function daysOrInstants(
  operation: string,
  values: Float64Array,
  name: string | null | undefined,
  zone: Zone | undefined,
): Column {
  const isUniversal = name !== null && name !== undefined && /^(UTC|Etc\/UTC|GMT|Z|\+00:00)$/.test(name);
  const place = isUniversal ? zone : name ? new Zone(operation, name) : undefined;
  const dayOf = (value: number) =>
    place ? place.dayOf(value) : value % MILLISECONDS_PER_DAY === 0 ? value / MILLISECONDS_PER_DAY : undefined;
  const days =
    isUniversal && !zone
      ? undefined
      : Array.from(values, (value) => (Number.isNaN(value) ? MISSING_DAY : dayOf(value)));
  if (days?.every((day) => day !== undefined)) return { kind: 'date', values: Int32Array.from(days) };
  // A clock without a zone shows the time where the caller says.
  if (!name && zone)
    return { kind: 'time', values: values.map((value) => (Number.isNaN(value) ? value : zone.instantOf(value))) };
  return { kind: 'time', values };
}

const number = (value: unknown): number => (value === null || value === undefined ? Number.NaN : Number(value));
const toDay = (value: unknown): number =>
  value === null || value === undefined ? MISSING_DAY : Math.floor(Number(value) / MILLISECONDS_PER_DAY);
