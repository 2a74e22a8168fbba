/**
 * Where Keras 3 files the weights of the next layer of a class: `dense`, then `dense_1`, in the order of the model's layers.
 *
 * @param used how many layers of each name came before; counted on.
 */
export function folderOf(kerasClass: string, used: Map<string, number>): string {
  const stem = snakeCase(kerasClass);
  const before = used.get(stem);
  used.set(stem, (before ?? -1) + 1);
  return before === undefined ? stem : `${stem}_${before + 1}`;
}

/** How Keras files layers: `LeakyReLU` is `leaky_re_lu`, `Conv1D` is `conv1d`. */
const snakeCase = (name: string): string =>
  name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
