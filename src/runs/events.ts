import type { SavedTensor } from '../training';
import { EventFile } from './eventFile';
import { histogramOf, type WeightHistogram } from './histograms';

/**
 * The bytes of a run's TensorBoard event file: its curves, the histograms taken on the way, and those of its weights at the
 * end. Keras's own boards keep training and validation apart by the tag's first part, and so does this.
 */
export function eventBytes(
  history: readonly Readonly<Record<string, number>>[],
  weights: readonly SavedTensor[],
  histograms: readonly WeightHistogram[] = [],
): Buffer {
  const events = new EventFile();
  history.forEach((row, place) => {
    for (const [key, value] of Object.entries(row)) {
      if (key === 'epoch') continue;
      const tag = key.startsWith('val_') ? `validation/${key.slice(4)}` : `training/${key}`;
      events.scalar(tag, value, row['epoch'] ?? place);
    }
  });
  const last = Math.max(0, history.length - 1);
  const before = histograms.filter(({ epoch }) => epoch < last || weights.length === 0);
  const atEnd = weights.flatMap(({ name, values }): WeightHistogram[] => {
    const histogram = histogramOf(values);
    return histogram ? [{ epoch: last, weight: name, histogram }] : [];
  });
  for (const { epoch, weight, histogram } of [...before, ...atEnd])
    events.histogram(`weights/${weight}`, histogram, epoch);
  return events.bytes();
}
