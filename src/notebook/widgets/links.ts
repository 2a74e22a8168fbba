import { Model } from './model';
import { CONTROLS, type Widget } from './widget';

/** Two widgets whose values the page keeps equal; made by {@link jsLink}. Closing it parts them and closes neither. */
export class Link extends Model {
  private readonly ends: readonly Widget[];

  constructor(source: Widget, target: Widget, { oneWay, traits }: Required<LinkOptions>) {
    const name = oneWay ? 'DirectionalLinkModel' : 'LinkModel';
    super({ model: name, view: null, ...CONTROLS }, { source: [source, traits[0]], target: [target, traits[1]] });
    this.ends = [source, target];
    this.open();
  }

  protected override references(): Model[] {
    return [...this.ends];
  }

  protected override owned(): Model[] {
    return [];
  }
}

/** How two widgets are tied. */
export interface LinkOptions {
  /** Whether only the second follows the first. Default false. */
  oneWay?: boolean;
  /** What is kept equal, by the names of the protocol. Default `['value', 'value']`. */
  traits?: readonly [string, string];
}

/**
 * Keeps the values of two widgets equal in the page itself, also while the kernel is busy. In a plain script there is no page
 * and nothing happens; use `onChange` where the kernel has to do it.
 *
 * @example
 * const epoch = slider({ label: 'epoch', min: 0, max: 30, step: 1, value: 0 });
 * const player = play({ min: 0, max: 30 });
 * jsLink(player, epoch);
 * hbox([player, epoch]);
 */
export function jsLink(source: Widget, target: Widget, options: LinkOptions = {}): Link {
  return new Link(source, target, { oneWay: options.oneWay ?? false, traits: options.traits ?? ['value', 'value'] });
}
