import { callersLine, isOfTensorFlow, ReluctantError, type TF, tf } from '../core';
import type { Loss } from '../losses';

/** A loss of one's own whose mistakes are refused with the head and the line: it throws inside tfjs, or returns no tensor. */
export function checkedLoss(head: string, loss: Loss): Loss {
  return (targets, predictions) => {
    const value = attempt(head, loss, targets, predictions);
    if (value instanceof tf.Tensor) return value;
    if (isPromise(value)) value.catch(() => undefined);
    throw new ReluctantError({
      code: 'loss-not-a-tensor',
      operation: 'fit',
      problem: isPromise(value) ? 'the loss is asynchronous, and a step cannot wait' : 'the loss returns no tensor',
      where: { head },
      received: isPromise(value) ? 'a promise' : value,
      expected: 'a tensor of one loss per row, shape [batch], or of the whole batch, shape []',
      fix: isPromise(value) ? 'write it without async and await' : 'return a tensor',
    });
  };
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === 'function';

function attempt(head: string, loss: Loss, targets: TF.Tensor, predictions: TF.Tensor): unknown {
  try {
    return loss(targets, predictions);
  } catch (error) {
    if (!isOfTensorFlow(error)) throw error;
    const line = callersLine(error.stack);
    throw new ReluctantError({
      code: 'loss-failed',
      operation: 'fit',
      problem: 'an operation in the loss cannot be done with these tensors',
      where: { head, ...(line !== undefined && { line }) },
      received: `targets of shape [${targets.shape}] and predictions of shape [${predictions.shape}]`,
      expected: 'operations that take tensors of these shapes and element types',
      fix: 'see error.cause for what TensorFlow says, and print the shapes on that line',
      cause: error,
    });
  }
}

/** An error of TensorFlow in a step, in words of the interface; other errors as they are. */
export function inOurWords(error: unknown, operation: string): unknown {
  if (!isOfTensorFlow(error)) return error;
  const line = callersLine(error.stack);
  return new ReluctantError({
    code: 'step-failed',
    operation,
    problem: 'TensorFlow could not compute the step',
    ...(line !== undefined && { where: { line } }),
    fix: 'see error.cause for what TensorFlow says; shapes and element types are the usual reason',
    cause: error,
  });
}
