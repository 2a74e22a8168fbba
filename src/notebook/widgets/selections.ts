import { ReluctantError } from '../../core';
import { ValueControl, type ValueOptions } from './widget';
import type { State } from './wire';

/** What can be chosen: values, `[label, value]` pairs, or an object of values by label. */
export type Choices<T> = readonly T[] | readonly (readonly [string, T])[] | Readonly<Record<string, T>>;

/** What controls that choose one of several values take. */
export interface SelectionOptions<T> extends Omit<ValueOptions<T>, 'value'> {
  /** Values, `[label, value]` pairs, or an object of values by label; at least one. */
  options: Choices<T>;
  /** The one that is chosen at first; default the first. */
  value?: T;
}

interface Choice<T> {
  label: string;
  value: T;
}

/** A control that holds one of several values; made by {@link dropdown}, {@link select} and their like. */
export class Selection<T> extends ValueControl<T> {
  private choices: Choice<T>[];

  constructor(name: string, traits: State, options: SelectionOptions<T>, style: State & { name: string }) {
    const choices = choicesOf(`widgets.${name}`, options.options);
    const index = 'value' in options ? indexOf(choices, options.value as T) : 0;
    super(name, { _options_labels: choices.map(({ label }) => label), index, ...traits }, options, style);
    this.choices = choices;
    this.listen('index', options.onChange);
  }

  get value(): T {
    return this.choices[this.index]!.value;
  }

  /** @throws ReluctantError `option-not-found` for a value that is not among the options */
  set value(value: T) {
    this.write({ index: indexOf(this.choices, value) });
  }

  /** The place of the chosen value among the options, from 0. */
  get index(): number {
    return this.state['index'] as number;
  }

  /** The text that stands for the chosen value. */
  get choice(): string {
    return this.choices[this.index]!.label;
  }

  /** What can be chosen, by label. */
  get options(): readonly (readonly [string, T])[] {
    return this.choices.map(({ label, value }) => [label, value] as const);
  }

  /** Sets what can be chosen. The chosen value stays chosen if it is among the new options; otherwise the first is. */
  set options(options: Choices<T>) {
    const choices = choicesOf('widgets.options', options);
    const { value } = this;
    const found = choices.findIndex((choice) => Object.is(choice.value, value));
    this.choices = choices;
    const { index } = this;
    this.write({ _options_labels: choices.map(({ label }) => label), index: Math.max(0, found) });
    // Another value in the same place is a change too, though the front end counts places only.
    if (found < 0 && index === 0) this.valueChanged('program');
  }

  protected override accept(name: string, value: unknown): unknown {
    if (name !== 'index') return super.accept(name, value);
    return Number.isInteger(value) && this.choices[value as number] ? value : this.index;
  }

  override toString(): string {
    return this.describe(`${this.choice} (${this.choices.map(({ label }) => label).join(' | ')})`);
  }
}

/**
 * A drop-down list.
 *
 * @example
 * const head = dropdown({ label: 'head', options: ['direction', 'volatility'] });
 * head.onChange((name) => console.log(name));
 * dropdown({ label: 'loss', options: { 'binary cross-entropy': 'bce', Gaussian: 'nll' } }).value; // 'bce'
 */
export function dropdown<T>(options: SelectionOptions<T>): Selection<T> {
  return new Selection('Dropdown', {}, options, { name: 'DescriptionStyle' });
}

/**
 * A list of which some rows are seen at once.
 *
 * @example
 * select({ label: 'layer', options: ['conv1', 'conv2', 'dense'], rows: 3 }).value; // 'conv1'
 */
export function select<T>(options: SelectionOptions<T> & { rows?: number }): Selection<T> {
  return new Selection('Select', { rows: options.rows ?? 5 }, options, { name: 'DescriptionStyle' });
}

/**
 * One button for each option, of which one is pressed.
 *
 * @example
 * toggleButtons({ label: 'weights', options: { equal: [1, 1, 1], document: [1, 0.3, 0.3] } }).choice; // 'equal'
 */
export function toggleButtons<T>(
  options: SelectionOptions<T> & {
    /** What is shown while the pointer rests on each button. */
    tooltips?: readonly string[];
    buttonStyle?: 'primary' | 'success' | 'info' | 'warning' | 'danger' | '';
    /** Width of each button, as in CSS; by default the front end's own. */
    buttonWidth?: string;
  },
): Selection<T> {
  const { tooltips = [], buttonStyle = '', buttonWidth = '' } = options;
  const traits = { button_style: buttonStyle, icons: [], tooltips: [...tooltips] };
  const style = { name: 'ToggleButtonsStyle', button_width: buttonWidth, font_weight: '' };
  return new Selection('ToggleButtons', traits, options, style);
}

/**
 * A list of options with a round mark at the chosen one.
 *
 * @example
 * radioButtons({ label: 'optimizer', options: ['adam', 'sgd'], value: 'sgd' }).value; // 'sgd'
 */
export function radioButtons<T>(
  options: SelectionOptions<T> & { orientation?: 'vertical' | 'horizontal' },
): Selection<T> {
  const traits = { orientation: options.orientation ?? 'vertical' };
  return new Selection('RadioButtons', traits, options, { name: 'DescriptionStyle' });
}

/** What a list of which several may be chosen takes. */
export interface MultipleSelectionOptions<T> extends Omit<ValueOptions<T[]>, 'value'> {
  options: Choices<T>;
  /** Those that are chosen at first; default none. */
  value?: readonly T[];
  rows?: number;
}

/** A list of which any number may be chosen; made by {@link selectMultiple}. */
export class MultipleSelection<T> extends ValueControl<T[]> {
  private readonly choices: Choice<T>[];

  constructor(options: MultipleSelectionOptions<T>) {
    const choices = choicesOf('widgets.selectMultiple', options.options);
    const index = (options.value ?? []).map((value) => indexOf(choices, value));
    const labels = choices.map(({ label }) => label);
    super('SelectMultiple', { _options_labels: labels, index, rows: options.rows ?? 5 }, options, {
      name: 'DescriptionStyle',
    });
    this.choices = choices;
    this.listen('index', options.onChange);
  }

  get value(): T[] {
    return (this.state['index'] as number[]).map((index) => this.choices[index]!.value);
  }

  /** @throws ReluctantError `option-not-found` for a value that is not among the options */
  set value(values: T[]) {
    this.write({ index: values.map((value) => indexOf(this.choices, value)) });
  }

  protected override accept(name: string, value: unknown): unknown {
    if (name !== 'index') return super.accept(name, value);
    const index = super.accept(name, value) as unknown[];
    return index.filter((k) => Number.isInteger(k) && this.choices[k as number]);
  }

  override toString(): string {
    const chosen = (this.state['index'] as number[]).map((index) => this.choices[index]!.label);
    return this.describe(`${chosen.join(', ') || 'none'} (${this.choices.map(({ label }) => label).join(' | ')})`);
  }
}

/**
 * A list of which any number may be chosen.
 *
 * @example
 * selectMultiple({ label: 'heads', options: ['direction', 'volatility'], value: ['volatility'] }).value; // ['volatility']
 */
export function selectMultiple<T>(options: MultipleSelectionOptions<T>): MultipleSelection<T> {
  return new MultipleSelection(options);
}

function choicesOf<T>(operation: string, options: Choices<T>): Choice<T>[] {
  const isPair = (item: unknown): item is readonly [string, T] =>
    Array.isArray(item) && item.length === 2 && typeof item[0] === 'string';
  let choices: Choice<T>[] = [];
  if (Array.isArray(options)) {
    const items = options as readonly unknown[];
    choices = items.every(isPair)
      ? items.map(([label, value]) => ({ label, value }))
      : items.map((value) => ({ label: String(value), value: value as T }));
  } else if (typeof options === 'object' && options !== null) {
    choices = Object.entries(options as Record<string, T>).map(([label, value]) => ({ label, value }));
  }
  if (choices.length > 0) return choices;
  throw new ReluctantError({
    code: 'options-empty',
    operation,
    problem: 'there is nothing to choose from',
    received: options,
    expected: 'values, [label, value] pairs, or an object of values by label',
  });
}

function indexOf<T>(choices: readonly Choice<T>[], value: T): number {
  const index = choices.findIndex((choice) => Object.is(choice.value, value));
  if (index >= 0) return index;
  throw new ReluctantError({
    code: 'option-not-found',
    operation: 'widgets',
    problem: 'the value is not among the options',
    received: value,
    expected: `one of ${choices.map(({ label }) => label).join(', ')}`,
  });
}
