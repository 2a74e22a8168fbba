import type { Cause } from './cause';
import { classes } from './classes';
import { brokenData, data } from './data';
import { heads } from './heads';
import { layers } from './layers';
import { metrics } from './metrics';
import { rowFacts } from './rowFacts';
import { duration, settings } from './settings';
import { wiring } from './wiring';

/** Every cause a verdict can name. */
export const CAUSES: readonly Cause[] = [
  ...brokenData,
  ...rowFacts,
  ...wiring,
  ...metrics,
  ...data,
  ...classes,
  ...settings,
  ...heads,
  ...layers,
  ...duration,
];
