/**
 * Business days from a day on: Monday to Friday, without holidays.
 * @param start days since 1970-01-01; a weekend moves to the Monday after.
 */
export function businessDays(start: number, count: number): Int32Array {
  const days = new Int32Array(count);
  let day = start;
  for (let k = 0; k < count; day++) {
    const weekday = (((day + 4) % 7) + 7) % 7; // 1970-01-01 was a Thursday; 0 is Sunday
    if (weekday !== 0 && weekday !== 6) days[k++] = day;
  }
  return days;
}
