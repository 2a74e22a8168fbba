import { checkText, ValueControl, type ValueOptions } from './widget';
import type { State } from './wire';

/** What fields and pieces of text take. */
export interface TextOptions extends ValueOptions<string> {
  /** Default empty. */
  value?: string;
  /** Shown in grey while the field is empty. */
  placeholder?: string;
  /** Whether values arrive with every key (default) or on Enter and on leaving the field. */
  continuousUpdate?: boolean;
}

/** A field or a piece of text; made by {@link text}, {@link label} and their like. */
export class Text extends ValueControl<string> {
  constructor(name: string, traits: State, options: TextOptions, style: State & { name: string }) {
    // Without a placeholder a zero-width space keeps the base line where the text is, as ipywidgets does it.
    const text = {
      value: checkText('widgets', 'value', options.value ?? ''),
      placeholder: options.placeholder ?? '\u200b',
    };
    super(name, { ...text, ...traits }, options, style);
    if (name === 'HTML' || name === 'Label') delete this.state['disabled'];
    this.listen('value', options.onChange);
  }

  get value(): string {
    return this.state['value'] as string;
  }
  set value(value: string) {
    this.write({ value: checkText('widgets', 'value', value) });
  }

  override toString(): string {
    if (this.state['_view_name'] === 'PasswordView') return this.describe('•'.repeat(this.value === '' ? 0 : 8));
    if (this.label === '') return this.value;
    return this.describe(this.value);
  }
}

const FIELD_STYLE = { name: 'TextStyle', background: null, font_size: null, text_color: null };

/**
 * A field for one line of text.
 *
 * @example
 * text({ label: 'name', placeholder: 'of this run', continuousUpdate: false }).value; // ''
 */
export function text(options: TextOptions = {}): Text {
  return new Text('Text', { continuous_update: options.continuousUpdate ?? true }, options, FIELD_STYLE);
}

/**
 * A field for one line that is not shown as it is typed. Its value never stands in the text of the notebook; it does travel
 * to the kernel.
 *
 * @example
 * password({ label: 'key' }).value; // ''
 */
export function password(options: TextOptions = {}): Text {
  return new Text('Password', { continuous_update: options.continuousUpdate ?? true }, options, FIELD_STYLE);
}

/**
 * A field for several lines of text.
 *
 * @example
 * textArea({ label: 'notes', rows: 3 }).value; // ''
 */
export function textArea(options: TextOptions & { rows?: number } = {}): Text {
  const traits = { continuous_update: options.continuousUpdate ?? true, rows: options.rows ?? null };
  return new Text('Textarea', traits, options, FIELD_STYLE);
}

/**
 * A piece of text. It is shown letter by letter, except that the front end sets `$...$` as mathematics.
 *
 * @example
 * const status = label('training');
 * status.value = 'done';
 */
export function label(value = '', options: Omit<TextOptions, 'value' | 'disabled'> = {}): Text {
  const style = {
    name: 'LabelStyle',
    background: null,
    font_family: null,
    font_size: null,
    font_style: null,
    font_variant: null,
    font_weight: null,
    text_color: null,
    text_decoration: null,
  };
  return new Text('Label', {}, { ...options, value }, style);
}

/**
 * A piece of HTML. It goes to the page as it is: never put names or data from outside in it unescaped.
 *
 * @example
 * html('<b>direction</b>: AUC 0.61').value.length; // 26
 */
export function html(value = '', options: Omit<TextOptions, 'value' | 'disabled'> = {}): Text {
  const style = { name: 'HTMLStyle', background: null, font_size: null, text_color: null };
  return new Text('HTML', {}, { ...options, value }, style);
}
