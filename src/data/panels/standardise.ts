import { checkNames, checkNumber } from '../../core';

/** z-scores over the stocks of each day with the sample deviation, cut at `clip`; 0 where a value is missing or all of a day are equal. */
export function standardiseDays(
  values: Float32Array,
  [days, stocks, features]: readonly [number, number, number],
  options: { clip?: number },
): Float32Array {
  checkNames('data.StockPanel.standardised', options, ['clip']);
  const clip = checkNumber('data.StockPanel.standardised', 'clip', options.clip ?? 5, 1e-6);
  const result = new Float32Array(values.length);
  for (let day = 0; day < days; day++)
    for (let feature = 0; feature < features; feature++) {
      const first = day * stocks * features + feature;
      let [count, sum, squares] = [0, 0, 0];
      for (let stock = 0; stock < stocks; stock++) {
        const value = values[first + stock * features]!;
        if (!Number.isFinite(value)) continue;
        count++;
        sum += value;
      }
      const center = sum / count;
      for (let stock = 0; stock < stocks; stock++) {
        const value = values[first + stock * features]!;
        if (Number.isFinite(value)) squares += (value - center) ** 2;
      }
      const spread = Math.sqrt(squares / (count - 1));
      // Equal numbers in single precision leave nothing but the rounding of their mean.
      if (!(count > 1 && spread > 1e-6 * Math.abs(center) && spread > 0)) continue;
      for (let stock = 0; stock < stocks; stock++) {
        const place = first + stock * features;
        const score = (values[place]! - center) / spread;
        if (Number.isFinite(score)) result[place] = Math.max(-clip, Math.min(clip, score));
      }
    }
  return result;
}
