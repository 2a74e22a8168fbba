import { stripVTControlCharacters } from 'node:util';
import { formatDuration } from '../../tables';
import { hasColours } from '../colours';
import type { RunEvent } from './events';
import { type CellOutput, textOf } from './notebookFile';

/** Where a printer writes. */
export interface Sink {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** Prints a run as it goes on: a line per cell, and below it what the cell shows. */
export class RunPrinter {
  /** Whether the last character written was a line end. */
  private fresh = true;
  private log = '';

  /**
   * @param sink standard output
   * @param quiet only the lines of the cells, not what they show
   */
  constructor(
    private readonly sink: Sink,
    private readonly quiet = false,
  ) {}

  /** What the kernel has printed outside of the protocol; worth showing when the kernel has died. */
  get kernelLog(): string {
    return this.log;
  }

  /** Prints one event. */
  show(event: RunEvent): void {
    if (event.type === 'starting') this.line(`${event.notebook} (kernel ${event.kernel}, ${event.cells} cells)`);
    else if (event.type === 'ready') this.line(`  kernel ready in ${formatDuration(event.seconds)}`);
    else if (event.type === 'cell-start') {
      const { step, of, position, title } = event.cell;
      const place = position === 0 ? 'passed parameters' : `cell ${position}`;
      const counter = `[${String(step).padStart(String(of).length)}/${of}]`;
      this.line(shorten(`${counter} ${place}: ${title}`, this.sink.columns ?? 120));
    } else if (event.type === 'cell-end') {
      const left =
        Number.isNaN(event.remaining) || event.remaining === 0 ? '' : `, about ${formatDuration(event.remaining)} left`;
      const mark = event.status === 'ok' || event.status === 'error-expected' ? '✔' : '✘';
      this.line(`  ${mark} ${formatDuration(event.seconds)}${left}`);
    } else if (event.type === 'interrupting') this.line(`  interrupting the kernel (${WORDS[event.reason]}) …`);
    else if (event.type === 'killing') this.line('  the kernel does not stop: ending it …');
    else if (event.type === 'log') this.log = (this.log + event.text).slice(-4000);
    else if (!this.quiet || event.output.output_type === 'error') this.raw(textOfOutput(event.output));
  }

  /** Prints a line of its own. */
  line(text: string): void {
    this.sink.write(`${this.fresh ? '' : '\n'}${text}\n`);
    this.fresh = true;
  }

  private raw(text: string): void {
    if (text === '') return;
    const shown = hasColours(this.sink) ? text : stripVTControlCharacters(text);
    this.sink.write(shown);
    this.fresh = shown.endsWith('\n');
  }
}

/** What an output looks like on a terminal. */
function textOfOutput(output: CellOutput): string {
  switch (output.output_type) {
    case 'stream':
      return textOf(output.text);
    case 'error':
      return `${output.traceback?.length ? output.traceback.join('\n') : `${output.ename}: ${output.evalue}`}\n`;
    case 'display_data':
    case 'execute_result': {
      const text = textOf(output.data?.['text/plain']);
      return text === '' ? '' : `${text}\n`;
    }
    default:
      // An update or a clearing changes what was printed long ago; the executed notebook has the last state.
      return '';
  }
}

const WORDS = {
  interrupt: 'Ctrl-C',
  timeout: 'time limit of a cell',
  'total-timeout': 'time limit of the notebook',
  kill: 'ended',
};

function shorten(text: string, width: number): string {
  const characters = [...text];
  return characters.length > width ? `${characters.slice(0, width - 1).join('')}…` : text;
}
