export { type Compiled, type CompileOptions, compile, type Result, UNTRACEABLE } from './compile';
export { runEagerly } from './eagerLoop';
export { gatherRows } from './gather';
export { CompiledLoop } from './loop';
export type { LoopInputs, LoopOutputs, LoopRange, LoopStep, StepInputs, StepOutputs, Tensors } from './loopInputs';
export { hasRandomKey, randomUniform, withRandomKey } from './random';
export { clearCompiled, countCompiled, type GraphMode } from './session';
export { leavesOf, mapTree, type TensorTree } from './tensorTree';
export { trace } from './trace';
