/** A JSON object as it comes from a file: nothing about it is known. */
export type Json = Record<string, unknown>;

/** Where in which file, for errors. */
export type Place = Record<string, string>;
