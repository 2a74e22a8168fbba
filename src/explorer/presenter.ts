import type { Surface } from './surface';

/** Progress of long work, as it is shown. */
export interface ShownProgress {
  /** One more step is done. */
  step(note?: string): void;
  /** So many steps are done in all. */
  to(done: number, note?: string): void;
  close(): void;
}

/**
 * Presenter of what an explorer does. The explorer knows no screen: a notebook hands it one.
 */
export interface Presenter {
  /** Shows how far work of so many steps has come. */
  progress(total: number, label: string): ShownProgress;
  /** What a surface looks like where its cells can be clicked; undefined where nobody looks. */
  surface?(surface: Surface): Record<string, unknown> | undefined;
}

/** Shows nothing. */
export const SILENT: Presenter = { progress: () => ({ step() {}, to() {}, close() {} }) };
