import { OF_CLASSES } from './classes';
import { OF_DATA, OF_LOSS } from './data';
import { OF_LAYERS } from './layers';
import type { Mutation } from './mutation';
import { OF_SETTINGS } from './settings';

export type { Mutation, Severity } from './mutation';

/** Every operator of the engine. */
export const MUTATIONS: readonly Mutation[] = [...OF_DATA, ...OF_LOSS, ...OF_SETTINGS, ...OF_LAYERS, ...OF_CLASSES];
