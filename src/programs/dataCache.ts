import { type TF, tf } from '../core';
import type { TrainingData } from '../training';
import type { Setting } from './setting';

/** Data once made, and what was read of the setting it was made for: by name, as JSON. */
interface Entry {
  read: ReadonlyMap<string, string>;
  data: TrainingData;
}

/** Something that data made by a function may bring along: called when the data is let go of. */
interface Released {
  release?: () => void;
}

/**
 * Data that the function of a program has made, kept by what the function reads of its setting: settings that differ in
 * nothing of that share it.
 */
export class DataCache {
  private readonly entries: Entry[] = [];
  /** One making at a time: two that ask for the same get the same. */
  private turn: Promise<unknown> = Promise.resolve();

  /** The data for a setting; made if there is none yet. */
  get(setting: Setting, make: (setting: Setting) => TrainingData | Promise<TrainingData>): Promise<TrainingData> {
    const made = this.turn.then(async () => {
      const text = (name: string) => JSON.stringify(setting[name]) ?? '';
      const entry = this.entries.find(({ read }) => [...read].every(([name, value]) => text(name) === value));
      if (entry) return entry.data;
      const read = new Map<string, string>();
      const data = await make(watched(setting, (name) => read.set(name, text(name))));
      this.entries.push({ read, data });
      return data;
    });
    this.turn = made.catch(() => undefined);
    return made;
  }

  /** Frees the tensors of all data made so far. */
  async clear(): Promise<void> {
    await this.turn;
    for (const { data } of this.entries.splice(0)) {
      const { inputs, targets, sampleWeights, validation } = data;
      tf.dispose([inputs, targets, sampleWeights, { ...validation }] as unknown as TF.TensorContainer);
      (data as Released).release?.();
    }
  }
}

/** A setting that tells which of its values are read. */
export function watched(setting: Setting, tell: (name: string) => void): Setting {
  return new Proxy(setting, {
    get(target, name) {
      if (typeof name === 'string') tell(name);
      return Reflect.get(target, name);
    },
    has(target, name) {
      if (typeof name === 'string') tell(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      for (const name of Object.keys(target)) tell(name);
      return Reflect.ownKeys(target);
    },
  });
}
