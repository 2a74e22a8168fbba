import type { Cause } from '../cause';
import { data } from './data';
import { heads } from './heads';
import { layers } from './layers';
import { settings } from './settings';
import { wiring } from './wiring';

/** Every cause a verdict can name. */
export const CAUSES: readonly Cause[] = [...wiring, ...data, ...settings, ...heads, ...layers];
