import { collectGarbage } from '../core';

/** Cells between two collections. One takes about a tenth of a second, which this many cells do not feel. */
const CELLS = 250;

/** Every cell leaves a program's worth of trees behind; they are collected now and then, long before Node would. */
export class Memory {
  private cells = 0;

  /** Called after each cell. */
  afterCell(): void {
    this.cells += 1;
    if (this.cells % CELLS === 0) collectGarbage();
  }
}
