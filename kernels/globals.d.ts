// biome-ignore-all lint/suspicious/noExplicitAny: what WebAssembly gives is known to the module alone
// What cells have beside the declarations of the language and of Node.

/**
 * Asks the reader of the notebook for a line of text, and waits for it.
 * @returns what was typed, or `preset` when nothing was
 */
declare function prompt(message?: string, preset?: string): string | null;
/** Asks the reader of the notebook a question, and waits; only "y" and "yes" mean yes. */
declare function confirm(message?: string): boolean;
/** Shows a message to the reader of the notebook, and waits until it is confirmed. */
declare function alert(message?: string): void;

// Globals of Node that its own declarations leave out, in some versions or all.
declare var Crypto: { readonly prototype: import('node:crypto').webcrypto.Crypto };
declare var CryptoKey: { readonly prototype: import('node:crypto').webcrypto.CryptoKey };
declare var SubtleCrypto: { readonly prototype: import('node:crypto').webcrypto.SubtleCrypto };

/** https://webassembly.github.io/spec/js-api/ */
declare namespace WebAssembly {
  type ImportExportKind = 'function' | 'global' | 'memory' | 'table' | 'tag';
  type Imports = Record<string, Record<string, unknown>>;
  type Bytes = ArrayBuffer | ArrayBufferView;
  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}
  class Module {
    constructor(bytes: Bytes);
    static exports(module: Module): { name: string; kind: ImportExportKind }[];
    static imports(module: Module): { module: string; name: string; kind: ImportExportKind }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }
  class Instance {
    constructor(module: Module, imports?: Imports);
    readonly exports: Record<string, any>;
  }
  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Table {
    constructor(descriptor: { element: 'anyfunc' | 'externref'; initial: number; maximum?: number }, value?: unknown);
    readonly length: number;
    get(index: number): any;
    grow(count: number, value?: unknown): number;
    set(index: number, value?: unknown): void;
  }
  class Global {
    constructor(descriptor: { value: 'i32' | 'i64' | 'f32' | 'f64' | 'externref'; mutable?: boolean }, value?: unknown);
    value: any;
    valueOf(): any;
  }
  function compile(bytes: Bytes): Promise<Module>;
  function instantiate(bytes: Bytes, imports?: Imports): Promise<{ module: Module; instance: Instance }>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function validate(bytes: Bytes): boolean;
}
