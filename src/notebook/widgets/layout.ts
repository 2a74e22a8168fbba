import { ReluctantError } from '../../core';
import { Model } from './model';
import { type State, traitsOf } from './wire';

const BASE = { module: '@jupyter-widgets/base', version: '2.0.0' } as const;

/** The CSS properties of the front end's LayoutModel. */
const LAYOUT_TRAITS = [
  'alignContent',
  'alignItems',
  'alignSelf',
  'borderBottom',
  'borderLeft',
  'borderRight',
  'borderTop',
  'bottom',
  'display',
  'flex',
  'flexFlow',
  'gridArea',
  'gridAutoColumns',
  'gridAutoFlow',
  'gridAutoRows',
  'gridColumn',
  'gridGap',
  'gridRow',
  'gridTemplateAreas',
  'gridTemplateColumns',
  'gridTemplateRows',
  'height',
  'justifyContent',
  'justifyItems',
  'left',
  'margin',
  'maxHeight',
  'maxWidth',
  'minHeight',
  'minWidth',
  'objectFit',
  'objectPosition',
  'order',
  'overflow',
  'padding',
  'right',
  'top',
  'visibility',
  'width',
] as const;

/** Size, spacing and place of a widget: CSS properties and their values, e.g. `{ width: '20em', gridGap: '4px' }`. */
export type LayoutOptions = { [Name in (typeof LAYOUT_TRAITS)[number]]?: string | null };

/** Size, spacing and place of one widget; every widget has one, made from its {@link LayoutOptions}. */
export class Layout extends Model {
  constructor(options: LayoutOptions = {}) {
    const none = Object.fromEntries(LAYOUT_TRAITS.map((name) => [name, null]));
    super({ model: 'LayoutModel', view: 'LayoutView', ...BASE }, { ...traitsOf(none), ...layoutTraits(options) });
  }

  /**
   * Changes some of the properties; null takes one away.
   * @throws ReluctantError `unknown-layout-property` for names that the front end does not know
   */
  set(options: LayoutOptions): void {
    this.write(layoutTraits(options));
  }
}

function layoutTraits(options: LayoutOptions): State {
  for (const [name, value] of Object.entries(options)) {
    const known = (LAYOUT_TRAITS as readonly string[]).includes(name);
    if (known && (value === null || value === undefined || typeof value === 'string')) continue;
    throw new ReluctantError({
      code: 'unknown-layout-property',
      operation: 'widgets.layout',
      problem: known ? `the value of "${name}" is not usable` : `there is no layout property "${name}"`,
      received: value,
      expected: known ? 'a CSS value as text, e.g. "50%"' : `one of ${LAYOUT_TRAITS.join(', ')}`,
    });
  }
  return traitsOf(options);
}

/** How one control looks beyond its layout. */
export class Style extends Model {
  constructor(name: string, traits: State) {
    super(
      {
        model: `${name}Model`,
        view: 'StyleView',
        module: '@jupyter-widgets/controls',
        version: '2.0.0',
        viewModule: BASE.module,
        viewVersion: BASE.version,
      },
      traits,
    );
  }
}
