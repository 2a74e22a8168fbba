import { ReluctantError } from '../../core';
import { CONTROLS, Widget, type WidgetOptions } from './widget';
import type { State } from './wire';

/** Colour by meaning. */
export interface BoxOptions extends WidgetOptions {
  boxStyle?: 'success' | 'info' | 'warning' | 'danger' | '';
}

/** A widget that holds others; made by {@link hbox}, {@link vbox} and {@link gridBox}. Closing it closes them; take those out first (`box.children = []`) that shall stay. */
export class Box extends Widget {
  constructor(name: string, children: readonly Widget[], options: BoxOptions, traits: State = {}) {
    const state = { box_style: options.boxStyle ?? '', children: [...checkChildren(children)], ...traits };
    super({ model: `${name}Model`, view: `${name}View`, ...CONTROLS }, state, options);
  }

  /** What the box holds, in order. */
  get children(): readonly Widget[] {
    return [...(this.state['children'] as Widget[])];
  }

  /** @throws ReluctantError `widget-expected` for what is no widget, `widget-closed` for one that is closed */
  set children(children: readonly Widget[]) {
    this.write({ children: [...checkChildren(children)] });
  }

  protected override accept(name: string, value: unknown): unknown {
    // What a box holds is for the program to say, not for the page.
    return name === 'children' ? this.state['children'] : super.accept(name, value);
  }

  override toString(): string {
    return this.children.map((child) => child.toString()).join('\n');
  }
}

/**
 * Widgets beside each other.
 *
 * @example
 * hbox([label('epochs'), slider({ min: 1, max: 50, step: 1, value: 30 })]).children.length; // 2
 */
export function hbox(children: readonly Widget[], options: BoxOptions = {}): Box {
  return new Box('HBox', children, options);
}

/**
 * Widgets below each other.
 *
 * @example
 * vbox([label('one'), label('two')]).toString(); // 'one\ntwo'
 */
export function vbox(children: readonly Widget[], options: BoxOptions = {}): Box {
  return new Box('VBox', children, options);
}

/**
 * Widgets in a grid; `columns` of equal width unless the layout says otherwise.
 *
 * @example
 * gridBox([label('a'), label('b'), label('c')], { columns: 2 }).children.length; // 3
 */
export function gridBox(children: readonly Widget[], options: BoxOptions & { columns?: number } = {}): Box {
  const { columns, layout, ...rest } = options;
  const grid = columns === undefined ? {} : { gridTemplateColumns: `repeat(${columns}, 1fr)` };
  return new Box('GridBox', children, { ...rest, layout: { ...grid, ...layout } });
}

/** A box that shows one of its children at a time, each under a title; made by {@link tabs} and {@link accordion}. */
export class TitledBox extends Box {
  constructor(name: string, pages: Readonly<Record<string, Widget>>, options: BoxOptions, selected: number | null) {
    const titles = Object.keys(pages);
    super(name, Object.values(pages), options, { titles, selected_index: selected });
  }

  /** The titles, in order. */
  get titles(): readonly string[] {
    return [...(this.state['titles'] as string[])];
  }

  /** Which child is open, from 0; null for none. */
  get selected(): number | null {
    return this.state['selected_index'] as number | null;
  }
  set selected(index: number | null) {
    if (index !== null && this.children[index] === undefined) {
      throw new ReluctantError({
        code: 'page-not-found',
        operation: 'widgets',
        problem: 'there is no such page',
        received: index,
        expected: `a whole number from 0 to ${this.children.length - 1}, or null`,
      });
    }
    this.write({ selected_index: index });
  }

  /** Calls `listener` whenever another child is opened. @returns a function that stops it */
  onSelect(listener: (index: number | null) => unknown): () => void {
    return this.onTrait('selected_index', () => listener(this.selected));
  }

  protected override accept(name: string, value: unknown): unknown {
    if (name !== 'selected_index') return super.accept(name, value);
    return value === null || this.children[value as number] ? value : this.selected;
  }

  override toString(): string {
    return this.children.map((child, k) => `${this.titles[k]}\n${child.toString().replace(/^/gm, '  ')}`).join('\n');
  }
}

/**
 * Widgets that unfold below their titles.
 *
 * @example
 * accordion({ Curves: label('...'), Verdicts: label('none') }).titles; // ['Curves', 'Verdicts']
 */
export function accordion(pages: Readonly<Record<string, Widget>>, options: BoxOptions = {}): TitledBox {
  return new TitledBox('Accordion', pages, options, null);
}

/**
 * Widgets on pages with tabs.
 *
 * @example
 * tabs({ Curves: label('...'), Verdicts: label('none') }).selected; // 0
 */
export function tabs(pages: Readonly<Record<string, Widget>>, options: BoxOptions = {}): TitledBox {
  return new TitledBox('Tab', pages, options, Object.keys(pages).length > 0 ? 0 : null);
}

function checkChildren(children: readonly Widget[]): readonly Widget[] {
  for (const [k, child] of children.entries()) {
    if (child instanceof Widget && !child.closed) continue;
    const closed = child instanceof Widget;
    throw new ReluctantError({
      code: closed ? 'widget-closed' : 'widget-expected',
      operation: 'widgets.children',
      problem: closed ? 'a closed widget cannot be shown again' : 'a child is not a widget',
      where: { child: k },
      received: closed ? child.toString() : child,
      fix: closed ? 'make a new one' : 'put plain text in label(...) and results in output()',
    });
  }
  return children;
}
