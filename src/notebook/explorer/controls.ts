import type { ExploredSetting } from '../../explorer';
import { programAt, type SettingRules, startOf } from '../../explorer/setting';
import { type BalancerName, type BalancerOptions, balancers } from '../../losses';
import * as widgets from '../widgets';
import { MagnitudeControl } from './magnitude';

/** Stands in the list of presets when the controls stand elsewhere. */
const CUSTOM = 'as the sliders stand';
const LIST = { layout: { width: '28em' }, labelWidth: '11em' };

/** The controls that together stand at one setting. */
export class Controls {
  readonly weights: Readonly<Record<string, MagnitudeControl>>;
  readonly learningRate: MagnitudeControl;
  readonly seed: widgets.NumberInput;
  readonly balancer: widgets.Selection<BalancerName>;
  readonly preset: widgets.Selection<string>;
  readonly choices: Readonly<Record<string, widgets.Selection<string | number | boolean>>>;
  readonly box: widgets.Box;
  private applying = false;
  /** Options of a balancer that a setting came with; the list has only its name. */
  private balancerOptions: BalancerOptions | undefined;

  /**
   * @param presets by name, complete.
   * @param changed called after every change that was not made by {@link apply}.
   * @param loaded called when a preset was chosen.
   */
  constructor(
    private readonly rules: SettingRules,
    presets: Readonly<Record<string, ExploredSetting>>,
    private readonly changed: () => void,
    loaded: (setting: ExploredSetting) => void,
  ) {
    const { heads, choices } = rules;
    const start = startOf(rules);
    const onChange = (): void => this.moved();
    const weight = { from: 0.001, to: 1000, least: 0, most: 1e9, onChange };
    this.weights = Object.fromEntries(
      heads.map((head) => [
        head,
        new MagnitudeControl({ label: `weight of ${head}`, value: start.lossWeights[head]!, ...weight }),
      ]),
    );
    const rate = { from: 1e-5, to: 0.1, least: 1e-8, most: 10, onChange };
    this.learningRate = new MagnitudeControl({ label: 'learning rate', value: start.learningRate, ...rate });
    const seed = { min: 0, max: 2 ** 31 - 1, integer: true, value: start.seed };
    this.seed = widgets.numberInput({ label: 'seed', ...seed, ...LIST, onChange });
    this.balancerOptions = typeof start.balancer === 'string' ? undefined : start.balancer;
    this.balancer = widgets.dropdown({
      label: 'balancer',
      options: [...balancers.BALANCERS],
      value: kindOf(start.balancer),
      ...LIST,
      onChange,
    });
    this.choices = Object.fromEntries(
      Object.entries(choices).map(([name, values]) => [
        name,
        widgets.dropdown({
          label: name,
          options: [...values],
          value: start[name] as string | number | boolean,
          ...LIST,
          onChange,
        }),
      ]),
    );
    this.preset = widgets.dropdown({
      label: 'preset',
      options: [CUSTOM, ...Object.keys(presets)],
      value: CUSTOM,
      ...LIST,
      onChange: (name) => {
        const preset = presets[name];
        if (preset) loaded(preset);
      },
    });
    const left = [...Object.values(this.weights), this.learningRate].map(({ box }) => box);
    const right = [this.preset, this.seed, this.balancer, ...Object.values(this.choices)];
    this.box = widgets.hbox([widgets.vbox(left), widgets.vbox(right)]);
  }

  /** The setting that the controls stand at. Throws as settings do that mean nothing. */
  get setting(): ExploredSetting {
    const values = <T>(of: Readonly<Record<string, { value: T }>>) =>
      Object.fromEntries(Object.entries(of).map(([name, control]) => [name, control.value]));
    const kind = this.balancer.value;
    const given = {
      lossWeights: values(this.weights),
      learningRate: this.learningRate.value,
      seed: this.seed.value,
      balancer: this.balancerOptions?.kind === kind ? this.balancerOptions : kind,
      ...values(this.choices),
    };
    return programAt(given, this.rules).setting as ExploredSetting;
  }

  /** Moves the controls to a setting. */
  apply(setting: ExploredSetting): void {
    this.applying = true;
    try {
      for (const [head, weight] of Object.entries(setting.lossWeights)) this.weights[head]!.value = weight;
      for (const [name, choice] of Object.entries(this.choices))
        choice.value = setting[name] as string | number | boolean;
      this.learningRate.value = setting.learningRate;
      this.seed.value = setting.seed;
      this.balancerOptions = typeof setting.balancer === 'string' ? undefined : setting.balancer;
      this.balancer.value = kindOf(setting.balancer);
    } finally {
      this.applying = false;
    }
  }

  /** The preset that the controls stand at; undefined where they were moved since. */
  get presetName(): string | undefined {
    return this.preset.value === CUSTOM ? undefined : this.preset.value;
  }

  /** Says that the controls no longer stand at a preset. */
  leavePreset(): void {
    this.preset.value = CUSTOM;
  }

  private moved(): void {
    if (this.applying) return;
    this.leavePreset();
    this.changed();
  }
}

const kindOf = (balancer: BalancerName | BalancerOptions): BalancerName =>
  typeof balancer === 'string' ? balancer : balancer.kind;
