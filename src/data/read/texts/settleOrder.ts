import { brief, ReluctantError } from '../../../core';
import { MILLISECONDS_PER_DAY } from '../../table/column';
import type { FormOptions } from '../../table/form';
import type { Class } from './classify';
import { decideOrder, nameOfOrder } from './dateOrder';
import type { FileColumns, TextColumn } from './fileColumns';
import { type DateOrder, dayOf, type Moment } from './moments';

/** One order for all open dates of all files. */
export function settleOrder(
  operation: string,
  files: readonly FileColumns[],
  classes: readonly Map<string, Class>[],
  options: FormOptions,
  notes: string[],
): DateOrder {
  const open = files.flatMap((file, k) =>
    [...classes[k]!].flatMap(([name, found]) => {
      if (found.as !== 'moment' || !found.moments.some((moment) => moment?.order === 'open')) return [];
      const { codes } = file.columns.get(name) as TextColumn;
      return [{ file: file.file, column: name, codes, moments: found.moments, rows: inRows(codes, found.moments) }];
    }),
  );
  if (open.length === 0) return 'dmy';
  const place = (example: Moment) => {
    const { file, column, codes, moments } = open.find(({ moments }) => moments.includes(example))!;
    const code = moments.indexOf(example);
    const whole = files.find((one) => one.file === file)!;
    const text = (whole.columns.get(column) as TextColumn).texts[code]!;
    return { where: { file, row: whole.rowOf(codes.indexOf(code)), column }, received: text };
  };
  if (options.dayFirst !== undefined) {
    const order = options.dayFirst ? 'dmy' : 'mdy';
    const misfit = open
      .flatMap(({ moments }) => moments)
      .find((moment) => moment && dayOf(moment, order) === undefined);
    if (!misfit) return order;
    throw new ReluctantError({
      code: 'value-not-readable',
      operation,
      problem: `the date cannot be read ${nameOfOrder(order)}`,
      ...place(misfit),
      fix: (say) =>
        `say otherwise: ${say('dayFirst', !options.dayFirst)}, or name the format: ${say('dateFormat', '%d/%m/%Y')}`,
    });
  }
  const decision = decideOrder(open);
  if (decision.order !== undefined) {
    if (decision.order !== 'ymd')
      notes.push(
        `dates of column ${brief(open[0]!.column, 40)} are read ${nameOfOrder(decision.order)}: ${decision.why}`,
      );
    return decision.order;
  }
  const { readings, example } = decision;
  const day = (order: DateOrder) => new Date(dayOf(example, order)! * MILLISECONDS_PER_DAY).toISOString().slice(0, 10);
  throw new ReluctantError({
    code: 'date-ambiguous',
    operation,
    problem: readings
      ? `the date may be ${day(readings[0])} (${nameOfOrder(readings[0])}) or ${day(readings[1])} (${nameOfOrder(readings[1])}), and no other date decides`
      : 'some dates can only be read day first and others only month first',
    ...place(example),
    fix: (say) => `say which: ${say('dayFirst', true)} or ${say('dayFirst', false)}`,
  });
}

/** The moments of a column row by row; may be gone through again and again. */
function inRows(codes: Int32Array, moments: readonly (Moment | undefined)[]): Iterable<Moment> {
  return {
    *[Symbol.iterator]() {
      for (const code of codes) {
        const moment = code < 0 ? undefined : moments[code];
        if (moment) yield moment;
      }
    },
  };
}
