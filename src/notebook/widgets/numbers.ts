import { checkNumber, ReluctantError } from '../../core';
import type { ControlOptions, ValueOptions } from './widget';
import { ValueControl } from './widget';
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

/** A control whose value is one number between two limits (which may be infinite). */
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

/** What a slider takes. */
export interface SliderOptions extends ValueOptions<number>, RangeOptions {
  /** Default: the middle, or what is nearest to it among the steps. */
  value?: number;
  /** Lowest value; default 0, on a logarithmic scale 0.001. */
  min?: number;
  /** Highest value; default 1. */
  max?: number;
  /**
   * Distance of neighbouring values; default: a round number that gives about 100 of them. On a logarithmic scale it is a
   * distance of exponents of ten, default 0.1.
   */
  step?: number;
  /** `logarithmic` for values whose order of magnitude matters, such as a learning rate. Default `linear`. */
  scale?: 'linear' | 'logarithmic';
  /** Whether values arrive while the slider is dragged (default) or only when it is let go. */
  continuousUpdate?: boolean;
  orientation?: 'horizontal' | 'vertical';
  /** Whether the value is printed beside the slider. Default true. */
  readout?: boolean;
  /** How it is printed, in d3's format, e.g. `.2f`; the default follows from the step. */
  readoutFormat?: string;
}

/** A slider for one number; made by {@link slider}. */
export class Slider extends NumberControl {
  readonly scale: 'linear' | 'logarithmic';

  constructor(options: SliderOptions = {}) {
    const scale = options.scale ?? 'linear';
    const settings = scale === 'linear' ? linear(options) : logarithmic(options);
    const traits = {
      ...sliderTraits(options),
      readout_format: options.readoutFormat ?? settings.format,
      ...settings.traits,
    };
    const style = { name: 'SliderStyle', handle_color: null };
    super(settings.name, { integer: settings.integer, traits }, options, style);
    this.scale = scale;
  }

  override get min(): number {
    return this.scaled('min');
  }

  override get max(): number {
    return this.scaled('max');
  }

  override setRange(min: number, max: number): void {
    if (this.scale === 'linear') {
      super.setRange(min, max);
      return;
    }
    checkRange('widgets.setRange', min, max, Number.MIN_VALUE);
    this.write({ min: Math.log10(min), max: Math.log10(max), value: clamp(this.value, min, max) });
  }

  private scaled(name: 'min' | 'max'): number {
    const limit = this.state[name] as number;
    return this.state['base'] === undefined ? limit : tidy((this.state['base'] as number) ** limit);
  }
}

/**
 * A slider for one number. Whole numbers throughout (limits, step and value) make it a slider of whole numbers.
 *
 * @example
 * const weight = slider({ label: 'volatility weight', min: 0, max: 1, step: 0.05, value: 0.3 });
 * weight.onChange((value, { origin }) => console.log(value, origin));
 * weight.value = 0.1;
 * @example
 * slider({ label: 'learning rate', scale: 'logarithmic', min: 1e-5, max: 1e-1, value: 1e-3 }).value; // 0.001
 * @throws ReluctantError for limits that are empty or a value outside them
 */
export function slider(options: SliderOptions = {}): Slider {
  return new Slider(options);
}

/** What a slider with two handles takes. */
export interface RangeSliderOptions
  extends Omit<SliderOptions, 'value' | 'onChange' | 'scale'>,
    ValueOptions<[number, number]> {
  /** Lower and upper value; default: the middle half. */
  value?: [number, number];
}

/** A slider for a lower and an upper number; made by {@link rangeSlider}. */
export class RangeSlider extends ValueControl<[number, number]> {
  private readonly integer: boolean;

  constructor(options: RangeSliderOptions = {}) {
    const { value: given, onChange: _, ...rest } = options;
    const integer = given === undefined || given.every(Number.isInteger);
    const settings = linear({ ...rest, value: undefined }, integer);
    const { min, max } = settings.traits as { min: number; max: number };
    const round = settings.integer ? Math.round : (value: number) => value;
    const value = given ?? [round(min + (max - min) / 4), round(min + ((max - min) * 3) / 4)];
    checkPair(value, min, max, settings.integer);
    super(
      settings.integer ? 'IntRangeSlider' : 'FloatRangeSlider',
      {
        ...sliderTraits(rest),
        readout_format: options.readoutFormat ?? settings.format,
        ...settings.traits,
        value: [...value],
      },
      options,
      { name: 'SliderStyle', handle_color: null },
    );
    this.integer = settings.integer;
    this.listen('value', options.onChange);
  }

  /** The lowest value of either end. */
  get min(): number {
    return this.state['min'] as number;
  }

  /** The highest value of either end. */
  get max(): number {
    return this.state['max'] as number;
  }

  get value(): [number, number] {
    return [...(this.state['value'] as [number, number])];
  }

  /** @throws ReluctantError unless it is a lower and an upper number between the limits */
  set value(value: [number, number]) {
    this.write({ value: [...checkPair(value, this.min, this.max, this.integer)] });
  }

  protected override accept(name: string, value: unknown): unknown {
    if (name !== 'value') return super.accept(name, value);
    const pair = super.accept(name, value) as unknown[];
    const numbers = pair.map((item) => clamp(Number(item), this.min, this.max));
    if (numbers.length !== 2 || numbers.some(Number.isNaN)) return this.value;
    return numbers.sort((a, b) => a - b);
  }

  override toString(): string {
    return this.describe(`${this.value.join(' to ')} (${this.min} to ${this.max})`);
  }
}

/**
 * A slider with two handles.
 *
 * @example
 * rangeSlider({ label: 'days', min: 0, max: 100, step: 1, value: [20, 80] }).value; // [20, 80]
 */
export function rangeSlider(options: RangeSliderOptions = {}): RangeSlider {
  return new RangeSlider(options);
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
export class ProgressBar extends NumberControl {
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

  /** Its colour by meaning; empty for none. */
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
export function progressBar(options: ProgressBarOptions = {}): ProgressBar {
  return new ProgressBar(options);
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

function sliderTraits({ continuousUpdate = true, orientation = 'horizontal', readout = true }: SliderOptions): State {
  return { behavior: 'drag-tap', continuous_update: continuousUpdate, orientation, readout };
}

interface SliderSettings {
  name: string;
  integer: boolean;
  format: string;
  traits: State;
}

function linear(options: SliderOptions, whole = true): SliderSettings {
  const { min = 0, max = 1 } = options;
  checkRange('widgets.slider', min, max, -Number.MAX_VALUE, Number.MAX_VALUE);
  const step = options.step ?? roundStep((max - min) / 100);
  checkNumber('widgets.slider', 'step', step, Number.MIN_VALUE);
  const value = checkValue(
    options.value ?? tidy(clamp(min + Math.round((max - min) / 2 / step) * step, min, max)),
    min,
    max,
    false,
  );
  const integer = whole && options.step !== undefined && [min, max, step, value].every(Number.isInteger);
  const decimals = Math.min(12, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
  return {
    name: integer ? 'IntSlider' : 'FloatSlider',
    integer,
    format: integer ? 'd' : `.${decimals}f`,
    traits: { min, max, step, value },
  };
}

function logarithmic(options: SliderOptions): SliderSettings {
  const { min = 0.001, max = 1, step = 0.1 } = options;
  checkRange('widgets.slider', min, max, Number.MIN_VALUE, Number.MAX_VALUE);
  checkNumber('widgets.slider', 'step', step, Number.MIN_VALUE);
  const middle = tidy(10 ** ((Math.log10(min) + Math.log10(max)) / 2));
  const value = checkValue(options.value ?? clamp(middle, min, max), min, max, false);
  return {
    name: 'FloatLogSlider',
    integer: false,
    format: '.3g',
    traits: { base: 10, min: tidy(Math.log10(min)), max: tidy(Math.log10(max)), step, value },
  };
}

/** The largest of 1, 2 and 5 times a power of ten that is not above `step`. */
function roundStep(step: number): number {
  if (!(step > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(step));
  return tidy((step / power >= 5 ? 5 : step / power >= 2 ? 2 : 1) * power);
}

/** Takes the noise of binary fractions off a computed number: 0.30000000000000004 becomes 0.3. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

function checkValue(value: unknown, min: number, max: number, integer: boolean): number {
  const number = checkNumber('widgets', 'value', value, min, max);
  if (!integer || Number.isInteger(number)) return number;
  throw new ReluctantError({
    code: 'integer-out-of-range',
    operation: 'widgets',
    problem: 'value is not usable',
    received: value,
    expected: 'a whole number',
  });
}

function checkPair(value: unknown, min: number, max: number, integer: boolean): [number, number] {
  if (!Array.isArray(value) || value.length !== 2 || value[0] > value[1]) {
    throw new ReluctantError({
      code: 'widget-range-expected',
      operation: 'widgets.rangeSlider',
      problem: 'value is not usable',
      received: value,
      expected: '[lower, upper] with lower not above upper',
    });
  }
  for (const number of value) checkValue(number, min, max, integer);
  return value as [number, number];
}

function checkRange(operation: string, min: number, max: number, low = -Infinity, high = Infinity): void {
  const usable = (limit: unknown) => typeof limit === 'number' && limit >= low && limit <= high;
  if (usable(min) && usable(max) && min <= max) return;
  throw new ReluctantError({
    code: 'range-empty',
    operation,
    problem: 'the limits are not usable',
    received: { min, max },
    expected: `numbers with min not above max${low === Number.MIN_VALUE ? ', both above 0 (the scale is logarithmic)' : ''}`,
  });
}
