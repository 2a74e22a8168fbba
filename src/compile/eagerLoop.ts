import { type TF, tf } from '../core';
import {
  capacityOf,
  type LoopInputs,
  type LoopOutputs,
  type LoopRange,
  type LoopStep,
  type StepInputs,
  type StepOutputs,
  sliceInputs,
} from './loopInputs';

/** One step on inputs of its own, which are freed whatever comes of it. */
function callOnce<Inputs extends StepInputs>(step: LoopStep<Inputs>, inputs: Inputs): StepOutputs {
  try {
    return tf.tidy(() => step(inputs) as unknown as TF.TensorContainerObject) as unknown as StepOutputs;
  } finally {
    tf.dispose([inputs.columns, inputs.perStep] as unknown as TF.TensorContainer);
  }
}

/** The same run, step by step in tfjs: what a compiled loop must agree with, and what runs when a step cannot be traced. */
export function runEagerly<Inputs extends StepInputs>(
  step: LoopStep<Inputs>,
  batch: number,
  inputs: LoopInputs<Inputs>,
  { from, until }: LoopRange,
): LoopOutputs {
  const capacity = capacityOf(inputs);
  const kept: TF.Tensor[][] = [];
  let names: string[] = [];
  for (let k = from; k < until; k++) {
    const first = sliceInputs(inputs, { step: k, batch });
    const { record, rows = {} } = callOnce(step, first);
    names = Object.keys(rows);
    kept.push([record.expandDims(0), ...Object.values(rows)]);
    record.dispose();
  }
  const joined = kept[0]!.map((_, k) => {
    const parts = kept.map((outputs) => outputs[k]!);
    const size = k === 0 ? 1 : batch;
    const whole = tf.tidy(() => {
      const rest = parts[0]!.shape.slice(1);
      const zeros = (steps: number) => (steps > 0 ? [tf.zeros([steps * size, ...rest], parts[0]!.dtype)] : []);
      return tf.concat([...zeros(from), ...parts, ...zeros(capacity - until)], 0);
    });
    tf.dispose(parts);
    return whole;
  });
  const [record, ...rows] = joined;
  return { record: record as TF.Tensor2D, rows: Object.fromEntries(names.map((name, k) => [name, rows[k]!])) };
}
