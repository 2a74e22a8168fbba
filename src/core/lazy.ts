/**
 * A stand-in that loads the real object the first time one of its members is touched. Heavy packages (TensorFlow 0.6 s,
 * danfojs 2 s) cost their users that time only when they are used, and `import * as rl from 'reluctant'` costs next to nothing.
 */
export function lazy<T extends object>(load: () => T): T {
  let loaded: T | undefined;
  const real = (): T => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy({} as T, {
    get: (_, key) => Reflect.get(real(), key),
    set: (_, key, value) => Reflect.set(real(), key, value),
    has: (_, key) => Reflect.has(real(), key),
    ownKeys: () => Reflect.ownKeys(real()),
    getOwnPropertyDescriptor: (_, key) => {
      const found = Reflect.getOwnPropertyDescriptor(real(), key);
      return found && { ...found, configurable: true };
    },
  });
}
