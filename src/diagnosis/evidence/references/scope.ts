import { tf } from '../../../core';

/** Does `look`; tensors made on the way are disposed of, whatever it returns. */
export function scoped<T>(look: () => T): T {
  tf.engine().startScope();
  try {
    return look();
  } finally {
    tf.engine().endScope();
  }
}
