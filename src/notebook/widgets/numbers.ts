import { checkNumber } from '../../core';
import { checkRange, checkValue, clamp } from './limits';
import { type ControlOptions, ValueControl, type ValueOptions } from './widget';
import type { State } from './wire';

/** Limits and step of a number. */
export interface RangeOptions {
  min?: number;
  max?: number;
  step?: number;
}

/** What the kinds of number controls have in common. */
interface NumberTraits {
  /** Whether values are whole numbers. */
  integer: boolean;
  traits: State;
}

/** A control whose value is one number between two limits (which may be infinite), such as a {@link Slider}. */
export abstract class NumberControl extends ValueControl<number> {
  readonly integer: boolean;

  constructor(
    name: string,
    { integer, traits }: NumberTraits,
    options: ValueOptions<number>,
    style: State & { name: string },
    view?: string,
  ) {
    super(name, traits, options, style, view);
    this.integer = integer;
    this.listen('value', options.onChange);
  }

  /** The lowest value. */
  get min(): number {
    return (this.state['min'] as number | undefined) ?? -Infinity;
  }

  /** The highest value. */
  get max(): number {
    return (this.state['max'] as number | undefined) ?? Infinity;
  }

  get value(): number {
    return this.state['value'] as number;
  }

  /** @throws ReluctantError for what is no number between the limits (a whole one, where the control has whole numbers) */
  set value(value: number) {
    this.write({ value: checkValue(value, this.min, this.max, this.integer) });
  }

  /**
   * Moves the limits; a value outside the new ones moves to the nearer end.
   * @throws ReluctantError `range-empty` when min is above max
   */
  setRange(min: number, max: number): void {
    checkRange('widgets.setRange', min, max);
    this.write({ min, max, value: clamp(this.value, min, max) });
  }

  protected override accept(name: string, value: unknown): unknown {
    if (name !== 'value') return super.accept(name, value);
    const number = Number(super.accept(name, value));
    if (Number.isNaN(number)) return this.value;
    return clamp(this.integer ? Math.round(number) : number, this.min, this.max);
  }

  override toString(): string {
    const bounded = Number.isFinite(this.min) && Number.isFinite(this.max);
    return this.describe(`${this.value}${bounded ? ` (${this.min} to ${this.max})` : ''}`);
  }
}

/** What a field for a number takes. */
export interface NumberInputOptions extends ValueOptions<number>, RangeOptions {
  /** Default 0, or the limit nearest to it. */
  value?: number;
  /** Whether only whole numbers are taken. Default false. */
  integer?: boolean;
  /** Whether values arrive with every key (true) or on Enter and on leaving the field (default). */
  continuousUpdate?: boolean;
}

/** A field for a number; made by {@link numberInput}. */
export class NumberInput extends NumberControl {
  constructor(options: NumberInputOptions = {}) {
    const { min = -Infinity, max = Infinity, integer = false } = options;
    checkRange('widgets.numberInput', min, max);
    const bounded = min !== -Infinity || max !== Infinity;
    // The front end has no infinity; these are the limits of what both sides count exactly.
    const limits = integer ? Number.MAX_SAFE_INTEGER : Number.MAX_VALUE;
    const range = bounded ? { min: Math.max(min, -limits), max: Math.min(max, limits) } : {};
    const value = checkValue(options.value ?? clamp(0, min, max), min, max, integer);
    const kind = integer ? 'IntText' : 'FloatText';
    super(
      bounded ? `Bounded${kind}` : kind,
      {
        integer,
        traits: {
          ...range,
          continuous_update: options.continuousUpdate ?? false,
          step: options.step ?? (integer ? 1 : null),
          value,
        },
      },
      options,
      { name: 'DescriptionStyle' },
      kind,
    );
  }
}

/**
 * A field for a number.
 *
 * @example
 * numberInput({ label: 'seed', integer: true, min: 0, value: 7 }).value; // 7
 */
export function numberInput(options: NumberInputOptions = {}): NumberInput {
  return new NumberInput(options);
}

/** What a bar takes. */
export interface ProgressBarOptions extends Omit<ControlOptions, 'disabled'> {
  /** Default 0. */
  min?: number;
  /** Default 1. */
  max?: number;
  /** Default: the lowest. */
  value?: number;
  /** Colour by meaning; default none. */
  barStyle?: 'success' | 'info' | 'warning' | 'danger' | '';
  orientation?: 'horizontal' | 'vertical';
}

/** A bar that shows a number; made by {@link progressBar}. */
export class ProgressWidget extends NumberControl {
  constructor(options: ProgressBarOptions = {}) {
    const { min = 0, max = 1 } = options;
    checkRange('widgets.progressBar', min, max);
    const value = checkValue(options.value ?? min, min, max, false);
    const integer = [min, max, value].every(Number.isInteger) && options.max !== undefined;
    super(
      integer ? 'IntProgress' : 'FloatProgress',
      {
        integer: false,
        traits: {
          min,
          max,
          value,
          bar_style: options.barStyle ?? '',
          orientation: options.orientation ?? 'horizontal',
        },
      },
      options,
      { name: 'ProgressStyle', bar_color: null },
      'Progress',
    );
    // A bar cannot be disabled; the front end's model has no such trait.
    delete this.state['disabled'];
  }

  /** Its colour by meaning. */
  get barStyle(): NonNullable<ProgressBarOptions['barStyle']> {
    return this.state['bar_style'] as NonNullable<ProgressBarOptions['barStyle']>;
  }
  set barStyle(style: NonNullable<ProgressBarOptions['barStyle']>) {
    this.write({ bar_style: style });
  }
}

/**
 * A bar that shows how far something has come. For long work of your own `progress` is simpler: it counts, estimates the
 * time left and prints lines where there is no screen.
 *
 * @example
 * const bar = progressBar({ label: 'GPU memory', max: 24 });
 * bar.value = 7.5;
 */
export function progressBar(options: ProgressBarOptions = {}): ProgressWidget {
  return new ProgressWidget(options);
}

/** What {@link play} takes. */
export interface PlayOptions extends ValueOptions<number>, RangeOptions {
  /** Default: the lowest. */
  value?: number;
  /** Milliseconds between steps. Default 100. */
  interval?: number;
  /** Whether it starts anew at the end. Default false. */
  repeat?: boolean;
}

/** Buttons that step through whole numbers by themselves; made by {@link play}. */
export class Play extends NumberControl {
  constructor(options: PlayOptions = {}) {
    const { min = 0, max = 100, step = 1, interval = 100 } = options;
    checkRange('widgets.play', min, max);
    checkNumber('widgets.play', 'interval', interval, 1);
    super(
      'Play',
      {
        integer: true,
        traits: {
          min,
          max,
          step,
          interval,
          value: checkValue(options.value ?? min, min, max, true),
          playing: false,
          repeat: options.repeat ?? false,
          show_repeat: true,
        },
      },
      options,
      { name: 'DescriptionStyle' },
    );
  }

  /** Whether it is running. */
  get playing(): boolean {
    return this.state['playing'] === true;
  }
  set playing(playing: boolean) {
    this.write({ playing: playing === true });
  }
}

/**
 * Buttons that step through whole numbers by themselves, e.g. through the epochs of a run; tie them to a slider with `link`.
 *
 * @example
 * play({ min: 0, max: 30, interval: 200 }).value; // 0
 */
export function play(options: PlayOptions = {}): Play {
  return new Play(options);
}
