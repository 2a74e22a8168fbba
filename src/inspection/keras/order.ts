import { malformed } from './calls';
import type { Place } from './description';

/** What of a layer says when it is called. */
interface CalledLayer {
  name: string;
  class_name: string;
  inbound_nodes?: unknown[];
}

/** Layers that have been called once when they are made. */
const MADE_CALLED: ReadonlySet<string> = new Set(['InputLayer', 'Model', 'Sequential']);
/** Times that all calls are gone through: files have layers about in the order in which they are called. */
const MOST_PASSES = 1000;

/**
 * Throws unless every call of a layer can be made once those are that give its inputs. tfjs goes through the calls in the same way, and
 * never ends where some wait for one another, or for one that there is not.
 *
 * @throws ReluctantError `malformed`, naming a layer.
 */
export function checkOrder(layers: readonly CalledLayer[], place: Place): void {
  const made = new Map(layers.map((layer) => [layer.name, MADE_CALLED.has(layer.class_name) ? 1 : 0]));
  let open = layers.flatMap(({ name, inbound_nodes: calls = [] }) => calls.map((inputs) => ({ name, inputs })));
  for (let pass = 0; open.length > 0; pass++) {
    const left = open.filter(({ name, inputs }) => {
      if (!Array.isArray(inputs) || !inputs.every((input) => isMade(input, made))) return true;
      if (inputs.length > 0) made.set(name, made.get(name)! + 1);
      return false;
    });
    if (left.length === open.length || pass >= MOST_PASSES) {
      const { name } = left[0] ?? open[0]!;
      throw malformed('layers wait for each other, or for a layer that is not there', { ...place, layer: name });
    }
    open = left;
  }
}

/** Whether the call has been made that an input comes from: `[layer, call, tensor, settings]`. */
function isMade(input: unknown, made: ReadonlyMap<string, number>): boolean {
  if (!Array.isArray(input)) return false;
  const [layer, call] = input as unknown[];
  return typeof layer === 'string' && typeof call === 'number' && (made.get(layer) ?? 0) > call;
}
