import type { Cause } from './cause';
import { classes } from './classes';
import { brokenData, data } from './data';
import { heads } from './heads';
import { layers } from './layers';
import { duration, settings } from './settings';
import { wiring } from './wiring';

/** Every cause a verdict can name. */
export const CAUSES: readonly Cause[] = [
  ...brokenData,
  ...wiring,
  ...data,
  ...classes,
  ...settings,
  ...heads,
  ...layers,
  ...duration,
];
