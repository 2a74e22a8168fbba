import type { FitOptions } from '../options';
import type { TrainingData } from '../samples';
import type { ModelFace } from '../trainable';
import type { Feed } from './feed';
import type { HeadSettings } from './shapes';
import { SourceFeed } from './sourceFeed';
import { StreamFeed } from './streamFeed';
import { TensorFeed } from './tensorFeed';

/** Where the training rows come from. */
export function feedOf(
  face: ModelFace,
  data: TrainingData,
  { losses = {}, metrics = {} }: HeadSettings,
  { classWeights, seed, shuffle }: Pick<FitOptions, 'classWeights' | 'seed' | 'shuffle'>,
): Feed {
  const settings = { losses, metrics, ...(classWeights && { classWeights }) };
  if (data.stream !== undefined)
    return new StreamFeed(face, data.stream, data, {
      ...settings,
      ...(seed !== undefined && { seed }),
      ...(shuffle !== undefined && { shuffle }),
    });
  if (data.source) return new SourceFeed(face, data.source, classWeights !== undefined);
  return TensorFeed.of(face, data, 'training', settings);
}
