export { boostedTrees } from './boostedTrees';
export { inputColumns } from './inputColumns';
export { straightLine } from './line';
export { columnOf, type Matrix, rowsOf } from './matrix';
export { patternColumns } from './patterns';
export {
  bestReach,
  type MoreRows,
  type Reach,
  type ReferenceName,
  type References,
  type ReferenceTask,
  references,
} from './reach';
export { rememberedReferences } from './remembered';
export { scoped } from './scope';
export { bestConstant, constantPredictions, hits, type Measure, rowErrors } from './score';
