export { checkWritable, replaceAtomically, writeAtomically } from './atomicFile';
export { checkChoice, checkInteger, checkNumber } from './checks';
export { graphCacheFolder } from './compileCache';
export { brief, type ErrorDetails, ReluctantError } from './errors';
export { collectGarbage, collectIfGrown } from './garbage';
export { interruptRequested, interruptScope, interruptSignal } from './interrupt';
export { lazy } from './lazy';
export { Random } from './random';
export { type TF, tf } from './tensorflow';
