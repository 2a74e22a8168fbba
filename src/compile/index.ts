export { type Compiled, type CompileOptions, compile, type Result, UNTRACEABLE } from './compile';
export { gatherRows } from './gather';
export {
  CompiledLoop,
  type LoopInputs,
  type LoopOutputs,
  type LoopRange,
  type LoopStep,
  runEagerly,
  type StepInputs,
  type StepOutputs,
  type Tensors,
} from './loop';
export { hasRandomKey, randomUniform, withRandomKey } from './random';
export { clearCompiled, countCompiled, type GraphMode } from './session';
export { trace } from './trace';
