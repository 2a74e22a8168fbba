/** Data in several forms, by MIME type; a front end shows the richest one it knows. */
export type MimeBundle = Record<string, unknown>;

/** What a front end offers to the functions of this folder. The kernel provides one; elsewhere there is none. */
export interface NotebookHost {
  /** Shows data below the running cell, or replaces what was shown under the same id. */
  publish(data: MimeBundle, options: { metadata?: MimeBundle; id?: string; update?: boolean }): void;
  clearOutput(wait: boolean): void;
  /** Asks the user for a line of text. */
  input(prompt: string, password: boolean): Promise<string>;
  /** Shows text in the pager of the front end, when the running cell has ended. */
  page(data: MimeBundle): void;
  /** Whether nobody looks at the notebook while it runs. */
  readonly headless: boolean;
}

let host: NotebookHost | undefined;

/** Called by the kernel once, at its start. */
export function connectHost(provided: NotebookHost | undefined): void {
  host = provided;
}

/** The front end, or undefined outside a notebook. */
export function currentHost(): NotebookHost | undefined {
  return host;
}
