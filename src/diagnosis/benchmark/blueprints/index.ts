import type { Blueprint } from './blueprint';
import { SEVERAL_HEADS } from './heads';
import { PICTURES } from './pictures';
import { SEQUENCES } from './sequences';
import { TABLES } from './tables';
import { WORDS_AND_ATTENTION } from './words';

export type { Blueprint } from './blueprint';
export { packagedBlueprints } from './packaged';

/** Healthy programs of many kinds, on data drawn from known laws. */
export const BLUEPRINTS: readonly Blueprint[] = [
  ...TABLES,
  ...SEQUENCES,
  ...PICTURES,
  ...WORDS_AND_ATTENTION,
  ...SEVERAL_HEADS,
];
