import { checkInteger } from '../../core';
import { mimeBundle } from '../bundle';
import { Widget, type WidgetOptions } from './widget';

/** What a place for results takes. */
export interface OutputOptions extends WidgetOptions {
  /** How many results and lines of text are kept; the oldest go first. Default 1000. */
  limit?: number;
}

interface TextOutput {
  output_type: 'stream';
  name: 'stdout';
  text: string;
}

interface ValueOutput {
  output_type: 'display_data';
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

/** A place for results inside a widget; made by {@link output}. */
export class Output extends Widget {
  private readonly limit: number;

  constructor({ limit = 1000, ...options }: OutputOptions = {}) {
    const place = { module: '@jupyter-widgets/output', version: '1.0.0' };
    super({ model: 'OutputModel', view: 'OutputView', ...place }, { msg_id: '', outputs: [] }, options);
    this.limit = checkInteger('widgets.output', 'limit', limit, 1);
  }

  /** Shows `value` in the place of whatever is there. */
  show(value: unknown): void {
    this.write({ outputs: [valueOutput(value)] });
  }

  /** Shows `value` below what is there. */
  append(value: unknown): void {
    this.write({ outputs: [...this.outputs, valueOutput(value)].slice(-this.limit) });
  }

  /** Prints a line of text below what is there. */
  print(text: string): void {
    const outputs = [...this.outputs];
    const last = outputs[outputs.length - 1];
    const before = last?.output_type === 'stream' ? last.text : '';
    if (before !== '') outputs.pop();
    const lines = `${before}${text}\n`.split('\n').slice(-this.limit - 1);
    this.write({
      outputs: [...outputs, { output_type: 'stream', name: 'stdout', text: lines.join('\n') }].slice(-this.limit),
    });
  }

  /** Takes away what is there. */
  clear(): void {
    this.write({ outputs: [] });
  }

  protected override accept(name: string, value: unknown): unknown {
    return name === 'outputs' ? this.outputs : super.accept(name, value);
  }

  override toString(): string {
    const texts = this.outputs.map((output) =>
      output.output_type === 'stream' ? output.text.trimEnd() : String(output.data['text/plain'] ?? ''),
    );
    return texts.join('\n');
  }

  private get outputs(): readonly (TextOutput | ValueOutput)[] {
    return this.state['outputs'] as (TextOutput | ValueOutput)[];
  }
}

/**
 * A place for results among other widgets: tables, verdicts, figures that stand still (those that move are for
 * `liveFigure`), lines of text.
 *
 * @example
 * const verdicts = output();
 * verdicts.print('no verdict yet');
 * verdicts.show(new Table([{ head: 'volatility', verdict: 'dead' }]));
 * verdicts.toString().includes('dead'); // true
 */
export function output(options: OutputOptions = {}): Output {
  return new Output(options);
}

function valueOutput(value: unknown): ValueOutput {
  return { output_type: 'display_data', data: mimeBundle(value), metadata: {} };
}
