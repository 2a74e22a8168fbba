import * as v8 from 'node:v8';
import * as vm from 'node:vm';

/** Cells between two collections. One takes about a tenth of a second, which this many cells do not feel. */
const CELLS = 250;

/**
 * Every cell leaves a program's worth of trees behind. Node lets such garbage pile up for hundreds of megabytes before it
 * looks; a kernel that lives for weeks beside others collects it now and then.
 */
export class Memory {
  private cells = 0;
  private readonly collect: () => void;

  constructor() {
    v8.setFlagsFromString('--expose-gc');
    this.collect = vm.runInNewContext('gc') as () => void;
    v8.setFlagsFromString('--no-expose-gc');
  }

  /** Called after each cell. */
  afterCell(): void {
    this.cells += 1;
    if (this.cells % CELLS === 0) this.collect();
  }
}
