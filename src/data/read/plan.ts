import { brief, ReluctantError } from '../../core';
import { type Column, MISSING_DAY } from '../table/column';
import type { Filling } from './duckdb/collect';
import { type Bindings, quoteName } from './duckdb/session';
import { SymbolCodes } from './duckdb/symbolCodes';

/** A column of a file, with DuckDB's name for its type. */
export interface Field {
  name: string;
  type: string;
  /** What its values, all of them, say beyond the type: instants that are days, whole numbers that are names. */
  really?: 'days' | 'texts';
  /** The zone in which its instants are days. */
  zone?: string;
}

type Kind = Column['kind'];

/** What columns are wanted, and how. */
export interface PlanOptions {
  columns?: readonly string[];
  timeZone?: string;
  precision?: 'float64' | 'float32';
}

/** How the columns of a file become typed arrays: what DuckDB is asked for, and how its chunks are copied. */
export interface Plan extends Filling<Buffers> {
  /** The list of expressions after SELECT. */
  projection: string;
  /** The finished columns. */
  columns(buffers: Buffers): Map<string, Column>;
}

/** The arrays being filled, and the dictionaries of symbols met so far. */
export interface Buffers {
  arrays: (Float64Array | Float32Array | Int32Array)[];
  dictionaries: SymbolCodes[];
}

/**
 * Plans the reading of the wanted columns. DuckDB converts (in parallel): numbers to doubles with NaN for missing, dates
 * to day numbers, instants to milliseconds; so its arrays can be copied as they are.
 */
export function planColumns(
  operation: string,
  file: string,
  fields: readonly Field[],
  options: PlanOptions,
  bindings: Bindings,
): Plan {
  const wanted = (options.columns ?? fields.map(({ name }) => name)).map((name) =>
    findField(operation, file, fields, name),
  );
  const small = options.precision === 'float32';
  const kinds = wanted.map((field) => kindOf(operation, file, field));
  const projection = wanted
    .map((field, k) => expression(field, kinds[k]!, small, options.timeZone, bindings))
    .join(', ');
  return {
    width: wanted.length,
    projection,
    allocate: (rows, before, bound) => ({
      arrays: kinds.map((kind) => {
        if (kind === 'symbol' || kind === 'date') return new Int32Array(rows);
        return kind === 'number' && small ? new Float32Array(rows) : new Float64Array(rows);
      }),
      dictionaries: before?.dictionaries ?? kinds.map(() => new SymbolCodes([], bound)),
    }),
    copy: (chunk, into, row, from, count) => {
      kinds.forEach((kind, k) => {
        const array = into.arrays[k]!;
        if (kind === 'symbol') {
          into.dictionaries[k]!.copy(chunk, k, from, count, array as Int32Array, row);
          return;
        }
        const { buffer, byteOffset } = chunk.bytes(k, array.BYTES_PER_ELEMENT);
        const values = new (array.constructor as Float64ArrayConstructor)(
          buffer as ArrayBuffer,
          byteOffset,
          chunk.rows,
        );
        array.set(count === chunk.rows ? values : values.subarray(from, from + count), row);
      });
    },
    columns: (buffers) =>
      new Map(
        wanted.map(({ name }, k) => {
          const kind = kinds[k]!;
          const values = buffers.arrays[k]!;
          if (kind !== 'symbol') return [name, { kind, values } as Column];
          return [name, { kind, values: values as Int32Array, dictionary: buffers.dictionaries[k]!.dictionary }];
        }),
      ),
  };
}

function findField(operation: string, file: string, fields: readonly Field[], name: string): Field {
  const field = fields.find((field) => field.name === name);
  if (field) return field;
  const close = fields.find((field) => field.name.toLowerCase() === String(name).toLowerCase());
  throw new ReluctantError({
    code: 'column-not-found',
    operation,
    problem: `column ${brief(name, 60)} not found`,
    where: { file },
    expected: `one of ${brief(
      fields.map((field) => field.name),
      300,
    )}`,
    ...(close ? { fix: `did you mean ${brief(close.name, 60)}?` } : {}),
  });
}

function kindOf(operation: string, file: string, { name, type, really }: Field): Kind {
  if (really) return really === 'days' ? 'date' : 'symbol';
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN)$/.test(type)) return 'number';
  if (type === 'DATE') return 'date';
  if (type.startsWith('TIMESTAMP')) return 'time';
  if (type === 'VARCHAR' || type === 'UUID' || type === 'TIME' || type.startsWith('ENUM(')) return 'symbol';
  throw new ReluctantError({
    code: 'column-type-unsupported',
    operation,
    problem: 'a column of this type cannot be loaded',
    where: { file, column: name },
    received: type,
    expected: 'numbers, booleans, dates, timestamps or texts',
    fix: (say) => `leave it out: ${say('columns', ['date', 'close'])}`,
  });
}

/** An instant on the clocks of its zone; everything else as it is. */
function localTime(field: Field, name: string, bindings: Bindings): string {
  if (field.zone === undefined) return name;
  const key = `zone_${Object.keys(bindings.values).length}`;
  bindings.values[key] = field.zone;
  return `timezone($${key}, ${name})`;
}

function expression(
  field: Field,
  kind: Kind,
  small: boolean,
  timeZone: string | undefined,
  bindings: Bindings,
): string {
  const name = quoteName(field.name);
  switch (kind) {
    case 'symbol':
      return `CAST(${name} AS VARCHAR)`;
    case 'date':
      return `coalesce(CASE WHEN isfinite(${name}) THEN CAST(CAST(${localTime(field, name, bindings)} AS DATE) - DATE '1970-01-01' AS INTEGER) END, ${MISSING_DAY})`;
    case 'time': {
      let instant = name;
      if (timeZone !== undefined && !field.type.includes('TIME ZONE')) {
        bindings.values['timeZone'] = timeZone;
        instant = `timezone($timeZone, ${name})`;
      }
      return `coalesce(CASE WHEN isfinite(${name}) THEN CAST(epoch_ms(${instant}) AS DOUBLE) END, CAST('nan' AS DOUBLE))`;
    }
    default: {
      const type = small ? 'FLOAT' : 'DOUBLE';
      return `coalesce(CAST(${name} AS ${type}), CAST('nan' AS ${type}))`;
    }
  }
}
