import * as widgets from '../widgets';

/** What a control for a number of any magnitude takes. */
export interface MagnitudeOptions {
  label: string;
  value: number;
  /** Where the slider begins and ends, powers of ten; the field takes every number from {@link least} to {@link most}. */
  from: number;
  to: number;
  /** The least the field takes. With 0 the slider has one more place at its left end, which is exactly 0. */
  least: number;
  most: number;
  onChange: () => unknown;
}

/** Exponents of ten between two places of the slider. */
const STEP = 0.1;

/**
 * A slider over magnitudes beside a field: the slider for moving about, the field for an exact number. The field has the value.
 */
export class MagnitudeControl {
  readonly slider: widgets.Slider;
  readonly field: widgets.NumberInput;
  readonly box: widgets.Box;
  private readonly first: number;
  private aligning = false;

  constructor(private readonly options: MagnitudeOptions) {
    const { label, value, from, to, least, most, onChange } = options;
    this.first = least === 0 ? 10 ** (Math.log10(from) - STEP) : from;
    this.slider = widgets.slider({
      label,
      scale: 'logarithmic',
      min: this.first,
      max: to,
      step: STEP,
      value: this.placeOf(value),
      readout: false,
      layout: { width: '22em' },
      labelWidth: '11em',
      onChange: (place) => this.slid(place),
    });
    this.field = widgets.numberInput({
      min: least,
      max: most,
      value,
      layout: { width: '6em' },
      onChange: (exact) => {
        this.align(() => (this.slider.value = this.placeOf(exact)));
        onChange();
      },
    });
    this.box = widgets.hbox([this.slider, this.field]);
  }

  get value(): number {
    return this.field.value;
  }

  /** @throws ReluctantError `number-out-of-range` for what the field does not take */
  set value(value: number) {
    this.field.value = value;
  }

  private slid(place: number): void {
    // The page moves its handle to the nearest place and says so, which is no move of the user's.
    const step = (value: number): number => Math.round(Math.log10(this.placeOf(value)) / STEP);
    if (step(place) === step(this.value)) return;
    this.align(() => (this.field.value = this.valueAt(place)));
  }

  /** Moves the other of the two, which then has nothing to answer. */
  private align(move: () => void): void {
    if (this.aligning) return;
    this.aligning = true;
    try {
      move();
    } finally {
      this.aligning = false;
    }
  }

  private placeOf(value: number): number {
    return Math.min(this.options.to, Math.max(this.first, value));
  }

  /** What a place of the slider stands for, to three digits; the place before the first is 0. */
  private valueAt(place: number): number {
    const { from, least } = this.options;
    if (least === 0 && place < from / 10 ** (STEP / 2)) return 0;
    return Number(place.toPrecision(3));
  }
}
