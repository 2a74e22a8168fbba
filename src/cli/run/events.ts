import type { CellStatus, StopReason } from './driver';
import type { CellOutput } from './notebookFile';

/** Which cell is meant, for people. */
export interface CellPlace {
  /** Its place in the notebook file among all cells, from 1; 0 for the cell with the parameters that were passed in. */
  position: number;
  /** Its place among the cells that are run, from 1. */
  step: number;
  /** How many cells are run. */
  of: number;
  /** Its first telling line. */
  title: string;
}

/** What happens while a notebook runs, in the order in which it happens. */
export type RunEvent =
  | { type: 'starting'; notebook: string; kernel: string; cells: number }
  | { type: 'ready'; seconds: number }
  | { type: 'cell-start'; cell: CellPlace }
  | { type: 'output'; cell: CellPlace; output: CellOutput }
  /** `remaining`: seconds until the last cell ends, as far as can be told; NaN where it cannot. */
  | { type: 'cell-end'; cell: CellPlace; seconds: number; status: CellStatus; remaining: number }
  | { type: 'interrupting'; reason: StopReason }
  | { type: 'killing' }
  /** What the kernel prints outside of the Jupyter protocol, TensorFlow's log for instance. */
  | { type: 'log'; text: string };
