import { ReluctantError } from '../../core';
import type { CommData } from '../comms';
import { checkText, Widget, type WidgetOptions } from './widget';
import type { State } from './wire';

// Any version: the module contract of anywidget (`render({ model, el })`) has not changed since 0.9, and a narrower range
// would fail in the page, out of sight, when the extension is updated.
const ANYWIDGET = { module: 'anywidget', version: '*' } as const;

/** What belongs to the front end's own state and cannot be an entry of yours. */
const RESERVED = ['layout', 'tooltip', 'tabbable'];

/** What a widget of your own is made of. */
export interface AnyWidgetOptions<S extends State> extends WidgetOptions {
  /** An ES module for the page whose default export has `render({ model, el })`; see https://anywidget.dev. */
  esm: string;
  /** Styles of what it draws; default none. */
  css?: string;
  /** What both sides share: JSON, and typed arrays, which travel as bytes. */
  state: S;
  /** What the widget is, in its text. Default `widget`. */
  name?: string;
  /**
   * Looks at a value that the page sends, before it is taken. Returns the value to take, or throws; then the page gets the
   * old one back. By default every value is taken, so look at what you rely on.
   */
  accept?: (name: keyof S & string, value: unknown) => unknown;
}

/** A widget of your own; made by {@link anyWidget}. */
export class AnyWidget<S extends State> extends Widget {
  private readonly name: string;
  private readonly keys: ReadonlySet<string>;
  private readonly check: AnyWidgetOptions<S>['accept'];

  constructor({ esm, css = '', state, name = 'widget', accept, ...options }: AnyWidgetOptions<S>) {
    checkText('widgets.anyWidget', 'esm', esm);
    const reserved = Object.keys(state).find((key) => key.startsWith('_') || RESERVED.includes(key));
    if (reserved !== undefined) {
      throw new ReluctantError({
        code: 'widget-state-reserved',
        operation: 'widgets.anyWidget',
        problem: `the state may not have an entry "${reserved}"`,
        expected: `names that do not begin with "_" and are none of ${RESERVED.join(', ')}`,
      });
    }
    const code = { _anywidget_id: `reluctant.${name}`, _esm: esm, _css: css };
    super({ model: 'AnyModel', view: 'AnyView', ...ANYWIDGET }, { ...code, ...state }, options);
    this.name = name;
    this.keys = new Set(Object.keys(state));
    this.check = accept;
  }

  /** One entry of the shared state. */
  get<K extends keyof S & string>(key: K): S[K] {
    return this.state[key] as S[K];
  }

  /**
   * Changes entries of the shared state, in one message.
   * @throws ReluctantError `widget-state-unknown` for entries that the state did not have from the start
   */
  set(changes: Partial<S>): void {
    const unknown = Object.keys(changes).find((key) => !this.keys.has(key));
    if (unknown !== undefined) {
      throw new ReluctantError({
        code: 'widget-state-unknown',
        operation: 'widgets.anyWidget',
        problem: `the state has no entry "${unknown}"`,
        expected: `one of ${[...this.keys].join(', ')}`,
      });
    }
    this.write(changes);
  }

  /** Calls `listener` with the new value after every change of one entry. @returns a function that stops it */
  onChange<K extends keyof S & string>(key: K, listener: (value: S[K]) => unknown): () => void {
    return this.onTrait(key, () => listener(this.get(key)));
  }

  /** Sends a message that is no part of the state; the page gets it through `model.on('msg:custom', ...)`. */
  post(content: CommData, buffers: readonly Uint8Array[] = []): void {
    this.send(content, buffers);
  }

  /** Calls `listener` for every message that the page sends with `model.send(...)`. @returns a function that stops it */
  onMessage(listener: (content: CommData, buffers: Uint8Array[]) => unknown): () => void {
    return this.onCustomMessage(listener);
  }

  protected override accept(name: string, value: unknown): unknown {
    if (!this.keys.has(name)) return name.startsWith('_') ? this.state[name] : super.accept(name, value);
    return this.check ? this.check(name, value) : value;
  }

  override toString(): string {
    return `${this.name}${this.closed ? ' (closed)' : ''}`;
  }
}

/**
 * A widget of your own: JavaScript for the page, and a typed state that is kept equal on both sides.
 *
 * @example
 * const counter = anyWidget({
 *   name: 'counter',
 *   esm: `export default { render({ model, el }) {
 *     const button = document.createElement('button');
 *     const draw = () => { button.textContent = model.get('count'); };
 *     button.onclick = () => { model.set('count', model.get('count') + 1); model.save_changes(); };
 *     model.on('change:count', draw);
 *     draw();
 *     el.append(button);
 *   } }`,
 *   state: { count: 0 },
 * });
 * counter.set({ count: 2 });
 * counter.get('count'); // 2
 */
export function anyWidget<S extends State>(options: AnyWidgetOptions<S>): AnyWidget<S> {
  return new AnyWidget(options);
}
