import { roleOf } from '../../table/roles';
import { readMoment } from '../texts/moments';
import { plainNumber } from '../texts/numbers';

const isMoment = (text: string): boolean => readMoment(text.trim(), true) !== undefined;
const isNumber = (text: string): boolean => plainNumber(text.trim()) !== undefined;

/**
 * Whether the first cells are names of rows, as R writes them without a name above: all different, or dates. Then a header of one name
 * less belongs to the cells after them.
 */
export function hasRowNames(rows: readonly { cells: readonly string[] }[], header: readonly string[]): boolean {
  const at = (place: number) => rows.map(({ cells }) => cells[place] ?? '');
  const [firsts, seconds] = [at(0).map((text) => text.trim()), at(1)];
  // A delimiter at the end of each row makes an empty cell more, and names would stand over their neighbours' values.
  if (at(header.length).every((text) => text.trim() === '')) return false;
  // So does a comma between thousands. The first name says what stands below it, and that is what the first cells are.
  const role = roleOf(header[0]!);
  if (role === 'date' && firsts.every(isMoment) && !seconds.every(isMoment)) return false;
  if (role === 'symbol' && !firsts.some(isNumber) && seconds.every(isNumber)) return false;
  return new Set(firsts).size === firsts.length || firsts.every((text) => readMoment(text, false) !== undefined);
}
