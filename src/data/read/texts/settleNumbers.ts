import { brief, ReluctantError } from '../../../core';
import type { FormOptions } from '../../table/form';
import type { Class } from './classify';
import { type FileColumns, ReadAgain, type TextColumn } from './fileColumns';
import { NumberEvidence, type NumberForm, numberOf, numberParts } from './numbers';
import { unreadable } from './unreadable';

/** How the file writes numbers, by all of its columns. */
export function settleForm(
  operation: string,
  file: FileColumns,
  classes: Map<string, Class>,
  options: FormOptions,
): NumberForm {
  if (options.decimal !== undefined) return { decimal: options.decimal, thousands: options.thousands ?? 'any' };
  if (options.thousands !== undefined)
    return { decimal: options.thousands === '.' ? ',' : '.', thousands: options.thousands };
  const evidence = new NumberEvidence();
  let [doubtful, place, isDoubtful] = ['', -1, false];
  for (const [name, found] of classes) {
    if (found.as !== 'number') continue;
    const column = file.columns.get(name) as TextColumn;
    for (const [k, text] of column.texts.entries()) {
      const parts = found.parts.get(k);
      if (parts) evidence.add(parts.body);
      else if (/\d/.test(text) && text.includes('.') && !/e/i.test(text))
        evidence.add(text.trim().replace(/^[+-]/, ''));
      // The number that makes a doubt; where one without a form does, any that has one.
      if (!parts || isDoubtful) continue;
      isDoubtful = evidence.form() === undefined;
      if (isDoubtful || place < 0) [doubtful, place] = [name, k];
    }
  }
  const form = evidence.form();
  if (form) {
    if (form.decimal === ',' && file.quick) throw new ReadAgain(file.file);
    return form;
  }
  // A point in a column that was read in haste decides for the point, too, and such a file is read again to see it.
  if (file.quick) throw new ReadAgain(file.file);
  const column = file.columns.get(doubtful) as TextColumn;
  const contradiction = evidence.comma !== undefined && evidence.point !== undefined;
  throw new ReluctantError({
    code: 'number-ambiguous',
    operation,
    problem: contradiction
      ? `numbers are written in two ways: ${brief(evidence.comma)} and ${brief(evidence.point)}`
      : 'the comma may be a decimal comma or stand between thousands',
    where: { file: file.file, row: file.rowOf(column.codes.indexOf(place)), column: doubtful },
    received: column.texts[place],
    fix: (say) =>
      contradiction
        ? `write all of them in one way, or keep the column as it stands: ${say('texts', [doubtful])}`
        : `say which: ${say('decimal', ',')} or ${say('thousands', ',')}`,
  });
}

/** Where numbers stand, and how they are written there. */
export interface NumberPlace {
  operation: string;
  file: FileColumns;
  column: TextColumn;
  form: NumberForm;
  notes: string[];
}

/** Numbers in the form of the file, in place. */
export function numbersOf(
  { operation, file, column, form, notes }: NumberPlace,
  found: Class & { as: 'number' },
): Float64Array {
  const { texts, name } = column;
  const { values, parts, placeholders } = found;
  const refuse = (k: number) =>
    unreadable(operation, file.file, column, file.rowOf, k, `a number with the decimal mark "${form.decimal}"`);
  for (const [k, taken] of parts) {
    const value = numberOf(taken, form);
    if (value === undefined) throw refuse(k);
    values[k] = value;
  }
  if (form.decimal === ',') {
    // 1.234 is plain for programs; in a file with decimal commas it is a thousand and more.
    for (const [k, text] of texts.entries()) {
      if (parts.has(k) || !text.includes('.') || Number.isNaN(values[k]!)) continue;
      const taken = numberParts(text.trim());
      const value = taken && numberOf(taken, form);
      if (value === undefined) throw refuse(k);
      values[k] = value;
    }
    notes.push('numbers are read with a decimal comma');
  }
  const taken = [...parts.values()];
  const suffix = taken.find(({ suffix }) => suffix !== '')?.suffix;
  if (suffix !== undefined)
    notes.push(
      `column ${brief(name, 40)}: ${suffix === '%' ? 'per cent are read as shares (5% is 0.05)' : `"${suffix}" and the like are read as powers of ten`}`,
    );
  if (placeholders.length > 0)
    notes.push(`column ${brief(name, 40)}: ${placeholders.map((text) => brief(text, 20)).join(', ')} read as missing`);
  return values;
}
