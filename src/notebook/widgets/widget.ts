import { ReluctantError } from '../../core';
import { comms } from '../comms';
import { Layout, type LayoutOptions, Style } from './layout';
import { Model, type ModelKind, type Origin } from './model';
import type { State } from './wire';

/** Where the controls of ipywidgets live in the front end. */
export const CONTROLS = { module: '@jupyter-widgets/controls', version: '2.0.0' } as const;

/** What every widget takes. */
export interface WidgetOptions {
  /** Size, spacing and place, as in CSS; e.g. `{ width: '50%', margin: '0 0 1em' }`. */
  layout?: LayoutOptions;
  /** Shown while the pointer rests on the widget. */
  tooltip?: string;
}

/** What all widgets are, such as a {@link Button}: something on the screen of a notebook. As the last expression of a cell, or through `display`, it is shown. */
export abstract class Widget extends Model {
  readonly layout: Layout;

  constructor(kind: ModelKind, traits: State, { layout, tooltip }: WidgetOptions) {
    const model = new Layout(layout);
    super(kind, { _dom_classes: [], tabbable: null, tooltip: tooltip ?? null, layout: model, ...traits });
    this.layout = model;
  }

  /** One line (or several, for boxes) that says what the widget shows. */
  abstract override toString(): string;

  /** The MIME bundle of a notebook cell: the live widget where there is a front end, and its text. */
  [Symbol.for('Jupyter.display')](): Record<string, unknown> {
    return this.bundle();
  }

  protected bundle(): Record<string, unknown> {
    this.open();
    const text = { 'text/plain': this.toString() };
    if (!this.connected) return text;
    const view = { version_major: 2, version_minor: 0, model_id: this.modelId };
    return { 'application/vnd.jupyter.widget-view+json': view, ...text };
  }

  /** What Node's REPL prints. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** What every control takes. */
export interface ControlOptions extends WidgetOptions {
  /** Shown beside the control, as plain text. */
  label?: string;
  /** Shown, but not to be changed by the user. Default false. */
  disabled?: boolean;
  /** Width of the label, as in CSS; default 80 px, so that controls line up, or what a longer label needs. */
  labelWidth?: string;
}

/** What a listener learns of a change besides the new value. */
export interface Change<T> {
  readonly value: T;
  readonly previous: T;
  /** `user` when it was made on the screen, `program` when code has set the value. */
  readonly origin: Origin;
  /**
   * Aborted when the value changes again or the widget is closed. Hand it to long work, which then stops as soon as nobody
   * wants its result any more.
   */
  readonly signal: AbortSignal;
}

/** Called with the new value; whatever it throws, now or later, is reported and harms nobody else. */
export type ChangeListener<T> = (value: T, change: Change<T>) => unknown;

/** What controls with a value take. */
export interface ValueOptions<T> extends ControlOptions {
  /** Called after every change of the value, made on the screen or by the program. */
  onChange?: ChangeListener<T>;
}

/** What all controls with a label are, such as a {@link Toggle}. */
export abstract class Control extends Widget {
  constructor(name: string, traits: State, options: ControlOptions, style: State & { name: string }, view = name) {
    const { name: styleName, ...styleTraits } = style;
    const kind = { model: `${name}Model`, view: `${view}View`, ...CONTROLS };
    const model = new Style(styleName, {
      ...('description_width' in styleTraits
        ? {}
        : { description_width: options.labelWidth ?? labelWidth(options.label) }),
      ...styleTraits,
    });
    const common: State = {
      description: options.label ?? '',
      description_allow_html: false,
      disabled: options.disabled ?? false,
    };
    super(kind, { ...common, style: model, ...traits }, options);
  }

  /** The label beside the control. */
  get label(): string {
    return this.state['description'] as string;
  }
  set label(text: string) {
    this.write({ description: checkText('widgets.label', 'label', text) });
  }

  /** Whether the user may not change it. */
  get disabled(): boolean {
    return this.state['disabled'] === true;
  }
  set disabled(disabled: boolean) {
    this.write({ disabled: disabled === true });
  }

  protected describe(value: string): string {
    const name = this.label === '' ? this.constructor.name : this.label;
    return `${name}: ${value}${this.closed ? ' (closed)' : ''}`;
  }
}

/** What all controls are that hold a value, of type `T`; a {@link Slider} holds a number, say. */
export abstract class ValueControl<T> extends Control {
  private last: T | undefined;
  private readonly changeListeners = new Map<symbol, ChangeListener<T>>();
  private superseded = new AbortController();

  /** Called by subclasses at the end of their constructors. */
  protected listen(trait: string, onChange: ChangeListener<T> | undefined): void {
    this.last = this.value;
    if (onChange) this.onChange(onChange);
    this.onTrait(trait, (origin) => this.valueChanged(origin));
  }

  /** The present value. Setting it moves the control and calls the listeners; setting what it is already does nothing. */
  abstract get value(): T;
  abstract set value(value: T);

  /**
   * Calls `listener` after every change of the value.
   * @returns a function that stops it
   */
  onChange(listener: ChangeListener<T>): () => void {
    const key = Symbol();
    this.changeListeners.set(key, listener);
    return () => void this.changeListeners.delete(key);
  }

  /** Calls the listeners. */
  protected valueChanged(origin: Origin): void {
    const previous = this.last as T;
    const { value } = this;
    this.last = value;
    this.superseded.abort(superseded());
    this.superseded = new AbortController();
    const { signal } = this.superseded;
    for (const listener of [...this.changeListeners.values()]) {
      // A listener may set the value itself; what comes after it then hears of the newer change only.
      if (!signal.aborted) comms.call(() => listener(value, { value, previous, origin, signal }));
    }
  }

  protected override disposed(): void {
    this.superseded.abort(superseded());
    this.changeListeners.clear();
  }

  override toString(): string {
    return this.describe(String(this.value));
  }
}

/** The front end's own width, which an empty text stands for, holds about eleven letters. */
function labelWidth(label = ''): string {
  return label.length > 11 ? 'initial' : '';
}

function superseded(): ReluctantError {
  return new ReluctantError({
    code: 'superseded',
    operation: 'widgets.onChange',
    problem: 'the value has changed again or the widget was closed',
  });
}

/** Throws unless `value` is a text. */
export function checkText(operation: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ReluctantError({
    code: 'widget-text-expected',
    operation,
    problem: `${name} is not usable`,
    received: value,
    expected: 'a text',
  });
}
