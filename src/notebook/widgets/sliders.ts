import { checkNumber, ReluctantError } from '../../core';
import { checkRange, checkValue, clamp, tidy } from './limits';
import { NumberControl, type RangeOptions } from './numbers';
import { ValueControl, type ValueOptions } from './widget';
import type { State } from './wire';

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

  /** The lowest value. */
  get min(): number {
    return this.state['min'] as number;
  }

  /** The highest value. */
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
