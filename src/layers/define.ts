import { type TF, tf } from '../core';

type LayerClass<Arguments> = TF.serialization.SerializableConstructor<TF.layers.Layer> &
  (new (
    args: Arguments,
  ) => TF.layers.Layer);

const makers: (() => void)[] = [];
const ownNames = new Set<string>();

/** Makes tfjs know a class of this project: a layer, an initializer or an activation. */
export function registerOwn(made: { className: string }): void {
  ownNames.add(made.className);
  tf.serialization.registerClass(made as never);
}

/** Whether a class is this project's, so that tfjs alone does not know it. */
export const isOwnClass = (className: string): boolean => ownNames.has(className);

/**
 * A layer class that comes to be when it is first needed, since a class that extends tfjs's Layer cannot be written down
 * before TensorFlow is loaded. The class is registered, so that models that use it can be saved and loaded.
 */
export function defineLayer<Arguments>(make: () => LayerClass<Arguments>): (args: Arguments) => TF.layers.Layer {
  let made: LayerClass<Arguments> | undefined;
  const register = () => {
    if (made) return made;
    made = make();
    registerOwn(made);
    return made;
  };
  makers.push(register);
  return (args) => new (register())(args);
}

/** A class of layers that keep their options. Named, as declarations cannot spell out a class of a function's own. */
export interface LayerWithOptionsClass<Options> {
  new (options: Options): TF.layers.Layer & { readonly options: Options };
  className: string;
  fromConfig: typeof TF.layers.Layer.fromConfig;
}

/** What is alike in layers that are told some options: these are kept, and are the configuration. For {@link defineLayer}. */
export function layerWithOptions<Options extends { name?: string }>(): LayerWithOptionsClass<Options> {
  return class LayerWithOptions extends tf.layers.Layer {
    static className = 'LayerWithOptions';

    constructor(readonly options: Options) {
      super({ name: options.name });
    }

    override getConfig(): TF.serialization.ConfigDict {
      return { ...super.getConfig(), ...this.options } as TF.serialization.ConfigDict;
    }
  };
}

/** Has something else registered along with the layers. */
export function whenRegistered(register: () => void): void {
  let done = false;
  makers.push(() => {
    if (!done) register();
    done = true;
  });
}

/**
 * Makes tfjs know every layer of this project, so that a saved model that uses them can be loaded in a fresh process.
 *
 * @example
 * layers.registerLayers();
 */
export function registerLayers(): void {
  for (const make of makers) make();
}

/** The one input of a layer that takes one. */
export function only(inputs: TF.Tensor | TF.Tensor[]): TF.Tensor {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}
