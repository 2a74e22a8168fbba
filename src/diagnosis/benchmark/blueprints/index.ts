import type { Blueprint } from './blueprint';
import { SEVERAL_HEADS } from './heads';
import { LENGTHS } from './lengths';
import { packagedAsWritten } from './packaged';
import { PICTURES } from './pictures';
import { SEQUENCES } from './sequences';
import { SHAPES } from './shapes';
import { SIGNALS } from './signals';
import { STRUCTURES } from './structures';
import { TABLES } from './tables';
import { WORDS_AND_ATTENTION } from './words';
import { WORRIES } from './worries';

export type { Blueprint } from './blueprint';

/** Programs of many kinds as they were written, before their lengths were found. */
export const AS_WRITTEN: readonly Blueprint[] = [
  ...TABLES,
  ...SEQUENCES,
  ...PICTURES,
  ...WORDS_AND_ATTENTION,
  ...SEVERAL_HEADS,
  ...WORRIES,
  ...STRUCTURES,
  ...SIGNALS,
  ...SHAPES,
];

/** Trained for as long as does them good. */
const ofLength = (blueprint: Blueprint): Blueprint => {
  const epochs = LENGTHS[blueprint.name];
  if (epochs === undefined) return blueprint;
  return {
    ...blueprint,
    build(seed, rows) {
      const program = blueprint.build(seed, rows);
      return { ...program, options: { ...program.options, epochs } };
    },
  };
};

/** Healthy programs of many kinds, on data drawn from known laws. */
export const BLUEPRINTS: readonly Blueprint[] = AS_WRITTEN.map(ofLength);

/**
 * Programs on the small data sets that scikit-learn ships, read where it is installed; none where it is not.
 *
 * @param folder `sklearn/datasets/data` of an installation of scikit-learn.
 * @example
 * benchmark.packagedBlueprints('no-such-folder').length; // 0
 */
export const packagedBlueprints = (folder: string): Blueprint[] => packagedAsWritten(folder).map(ofLength);

export { packagedAsWritten };
