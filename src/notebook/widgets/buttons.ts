import { comms } from '../comms';
import { Style } from './layout';
import { CONTROLS, checkText, ValueControl, type ValueOptions, Widget, type WidgetOptions } from './widget';
import type { State } from './wire';

/** Colour by meaning. */
export type ButtonStyle = 'primary' | 'success' | 'info' | 'warning' | 'danger' | '';

/** What a button takes. */
export interface ButtonOptions extends WidgetOptions {
  /** The text on it. */
  label?: string;
  /** Called at every click; whatever it throws, now or later, is reported. */
  onClick?: (button: Button) => unknown;
  disabled?: boolean;
  /** Name of a Font Awesome icon without `fa-`, e.g. `play`. */
  icon?: string;
  buttonStyle?: ButtonStyle;
}

const FONT = {
  font_family: null,
  font_size: null,
  font_style: null,
  font_variant: null,
  font_weight: null,
  text_color: null,
  text_decoration: null,
};

/** A button; made by {@link button}. */
export class Button extends Widget {
  private readonly clickListeners = new Map<symbol, (button: Button) => unknown>();

  constructor(options: ButtonOptions = {}) {
    const traits: State = {
      description: options.label ?? '',
      disabled: options.disabled ?? false,
      icon: options.icon ?? '',
      button_style: options.buttonStyle ?? '',
      style: new Style('ButtonStyle', { button_color: null, ...FONT }),
    };
    super({ model: 'ButtonModel', view: 'ButtonView', ...CONTROLS }, traits, options);
    if (options.onClick) this.onClick(options.onClick);
    this.onCustomMessage(({ event }) => event === 'click' && this.click());
  }

  /** The text on it. */
  get label(): string {
    return this.state['description'] as string;
  }
  set label(text: string) {
    this.write({ description: checkText('widgets.button', 'label', text) });
  }

  /** Whether it cannot be clicked. */
  get disabled(): boolean {
    return this.state['disabled'] === true;
  }
  set disabled(disabled: boolean) {
    this.write({ disabled: disabled === true });
  }

  /** Calls `listener` at every click. @returns a function that stops it */
  onClick(listener: (button: Button) => unknown): () => void {
    const key = Symbol();
    this.clickListeners.set(key, listener);
    return () => void this.clickListeners.delete(key);
  }

  /** Does what a click does. A disabled button does nothing. */
  click(): void {
    if (this.disabled) return;
    for (const listener of [...this.clickListeners.values()]) comms.call(() => listener(this));
  }

  protected override disposed(): void {
    this.clickListeners.clear();
  }

  override toString(): string {
    return `[${this.label}]${this.disabled ? ' (disabled)' : ''}${this.closed ? ' (closed)' : ''}`;
  }
}

/**
 * A button that does something when it is clicked.
 *
 * @example
 * let clicks = 0;
 * const again = button({ label: 'Train again', icon: 'play', onClick: () => clicks++ });
 * again.click();
 */
export function button(options: ButtonOptions = {}): Button {
  return new Button(options);
}

/** What controls that are on or off take. */
export interface ToggleOptions extends ValueOptions<boolean> {
  /** Default false. */
  value?: boolean;
}

/** A control that is on or off; made by {@link checkbox} and {@link toggleButton}. */
export class Toggle extends ValueControl<boolean> {
  constructor(name: string, traits: State, options: ToggleOptions, style: State & { name: string }) {
    super(name, { value: options.value === true, ...traits }, options, style);
    this.listen('value', options.onChange);
  }

  get value(): boolean {
    return this.state['value'] as boolean;
  }
  set value(value: boolean) {
    this.write({ value: value === true });
  }

  override toString(): string {
    return this.describe(this.value ? 'on' : 'off');
  }
}

/**
 * A box to tick.
 *
 * @example
 * checkbox({ label: 'shuffle', value: true }).value; // true
 */
export function checkbox(options: ToggleOptions & { indent?: boolean } = {}): Toggle {
  return new Toggle('Checkbox', { indent: options.indent ?? true }, options, {
    name: 'CheckboxStyle',
    background: null,
  });
}

/**
 * A button that stays pressed.
 *
 * @example
 * toggleButton({ label: 'Live', value: false }).value; // false
 */
export function toggleButton(options: ToggleOptions & { icon?: string; buttonStyle?: ButtonStyle } = {}): Toggle {
  const traits = { icon: options.icon ?? '', button_style: options.buttonStyle ?? '' };
  return new Toggle('ToggleButton', traits, options, { name: 'ToggleButtonStyle', ...FONT });
}
