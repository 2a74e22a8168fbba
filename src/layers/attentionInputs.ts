/**
 * Query, value and key of a layer that compares them. tfjs cannot hand the same tensor to a layer twice (it frees it in
 * between), so a layer is handed each once, and told where it belongs.
 *
 * @param given what the layer was handed: one of a kind, or a list.
 * @param roles for query, value and, if it is not the value, key: which of those it is. Default: one after the other.
 */
export function attentionInputs<T>(given: T | T[], roles?: readonly number[]): { query: T; value: T; key: T } {
  const all = Array.isArray(given) ? given : [given];
  const [query, value, key = value] = roles ? roles.map((place) => all[place]!) : all;
  return { query: query!, value: value!, key: key! };
}

/** The same for shapes, which are lists themselves. */
export function attentionShapes(
  given: unknown,
  roles?: readonly number[],
): Record<'query' | 'value' | 'key', number[]> {
  const isList = Array.isArray((given as unknown[])[0]);
  return attentionInputs((isList ? given : [given]) as number[][], roles);
}
