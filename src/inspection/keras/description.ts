/** A JSON object as it comes from a file: nothing about it is known. */
export type Json = Record<string, unknown>;

/** Where in which file, for errors. */
export type Place = Record<string, string>;

/** What a model was compiled with, as its file has it: names or settings of Keras's own classes. */
export interface CompileSettings {
  loss?: unknown;
  lossWeights?: unknown;
  optimizer?: unknown;
}
