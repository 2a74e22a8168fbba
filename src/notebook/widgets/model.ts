import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { brief, ReluctantError } from '../../core';
import { type Comm, type CommData, comms } from '../comms';
import { PROTOCOL_VERSION, packState, type Referable, type State, unpackState } from './wire';

const TARGET = 'jupyter.widget';
const CONTROL_TARGET = 'jupyter.widget.control';

/** Where the front end finds the code of a model and of its view. */
export interface ModelKind {
  model: string;
  /** Null for models that nothing on the screen belongs to. */
  view: string | null;
  module: string;
  version: string;
  viewModule?: string;
  viewVersion?: string;
}

/** Who changed something: whoever sits before the screen, or the program. */
export type Origin = 'user' | 'program';

/** Models that the front end knows, for the day it loads its page anew and asks for all of them. */
const opened = new Map<string, Model>();

/**
 * What all widgets are ({@link Widget}), and their layouts and styles: an object with a counterpart in the front end that holds the same state. It works in memory until it is shown for the
 * first time; only then the front end hears of it, so that widgets nobody sees cost nothing and are not kept alive.
 */
export class Model implements Referable {
  readonly modelId = randomUUID().replaceAll('-', '');
  /** State by the names of the protocol. */
  protected readonly state: State;
  /** What the front end must never change. */
  private readonly fixed: ReadonlySet<string>;
  private comm: Comm | undefined;
  private isClosed = false;
  private readonly listeners = new Map<string, Set<(origin: Origin) => void>>();
  private readonly messageListeners = new Set<(content: CommData, buffers: Uint8Array[]) => unknown>();

  constructor(kind: ModelKind, traits: State) {
    const identity: State = {
      _model_module: kind.module,
      _model_module_version: kind.version,
      _model_name: kind.model,
      _view_count: null,
      _view_module: kind.viewModule ?? kind.module,
      _view_module_version: kind.viewVersion ?? kind.version,
      _view_name: kind.view,
    };
    this.fixed = new Set([...Object.keys(identity).filter((key) => key !== '_view_count'), '_options_labels']);
    this.state = { ...identity, ...traits };
  }

  /** Whether {@link close} has been called or the front end has closed it. */
  get closed(): boolean {
    return this.isClosed;
  }

  /** Whether a front end shows this, or could. */
  get connected(): boolean {
    return this.comm !== undefined;
  }

  /** Makes the model and all it refers to known to the front end, if there is one. Calling it again does nothing. */
  open(): void {
    if (this.comm || this.isClosed || !comms.connected) return;
    for (const model of this.references()) model.open();
    const { state, bufferPaths, buffers } = packState(this.state);
    this.comm = comms.open(
      TARGET,
      { state, buffer_paths: bufferPaths },
      { id: this.modelId, metadata: { version: PROTOCOL_VERSION }, buffers },
    );
    this.comm.onMessage((data, received) => this.receive(data, received));
    this.comm.onClose(() => this.release());
    opened.set(this.modelId, this);
  }

  /**
   * Takes the model off every screen and forgets its listeners, so that nothing of it is kept. Its state can still be read.
   * What it holds (layout, style, the children of a box) is closed with it. Closing again does nothing.
   */
  close(): void {
    if (this.isClosed) return;
    this.comm?.close();
    this.release();
  }

  /** Sends a message of the widget's own kind to its counterpart. */
  protected send(content: CommData, buffers: readonly Uint8Array[] = []): void {
    this.comm?.send({ method: 'custom', content }, { buffers });
  }

  /** Listens to messages of the widget's own kind. @returns a function that stops listening */
  protected onCustomMessage(listener: (content: CommData, buffers: Uint8Array[]) => unknown): () => void {
    this.messageListeners.add(listener);
    return () => void this.messageListeners.delete(listener);
  }

  /** Listens to changes of one trait. @returns a function that stops listening */
  protected onTrait(name: string, listener: (origin: Origin) => void): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Changes traits on behalf of the program: the front end is told in one message, then the listeners are called. */
  protected write(patch: State): void {
    const changed = this.assign(patch);
    this.sendState(changed);
    this.notify(changed, 'program');
  }

  /**
   * What becomes of a value that the front end sends.
   * @returns the value to take, e.g. forced into its range
   * @throws for values that cannot be taken; the front end then gets the old one back
   */
  protected accept(name: string, value: unknown): unknown {
    const present = this.state[name];
    const fits =
      present === null
        ? typeof value !== 'object' || value === null
        : value !== null && typeof value === typeof present && Array.isArray(value) === Array.isArray(present);
    if (fits) return value;
    throw new ReluctantError({
      code: 'widget-value-refused',
      operation: 'widgets',
      problem: `the front end sent an unusable value for ${name}`,
      received: value,
      expected: `a value like ${brief(present)}`,
    });
  }

  /** The models that are closed with this one. */
  protected owned(): Model[] {
    return this.references();
  }

  /** The models that this one refers to, which the front end must know first. */
  protected references(): Model[] {
    return Object.values(this.state).flatMap((value) =>
      (Array.isArray(value) ? value : [value]).filter((item): item is Model => item instanceof Model),
    );
  }

  /** The whole state as `update_states` of the control channel wants it. */
  private snapshot() {
    const { _model_name, _model_module, _model_module_version } = this.state;
    return {
      model_name: _model_name,
      model_module: _model_module,
      model_module_version: _model_module_version,
      state: this.state,
    };
  }

  private assign(patch: State): string[] {
    const changed: string[] = [];
    for (const [name, value] of Object.entries(patch)) {
      if (isDeepStrictEqual(this.state[name], value)) continue;
      this.state[name] = value;
      changed.push(name);
      if (this.comm) for (const model of this.references()) model.open();
    }
    return changed;
  }

  private sendState(names: readonly string[], method = 'update', from: State = this.state): void {
    if (!this.comm || names.length === 0) return;
    const { state, bufferPaths, buffers } = packState(Object.fromEntries(names.map((name) => [name, from[name]])));
    this.comm.send({ method, state, buffer_paths: bufferPaths }, { buffers });
  }

  private notify(names: readonly string[], origin: Origin): void {
    for (const name of names) {
      for (const listener of [...(this.listeners.get(name) ?? [])]) comms.call(() => listener(origin));
    }
  }

  private receive(data: CommData, buffers: Uint8Array[]): void {
    const { method, state, content } = data;
    if (method === 'update' && isState(state)) this.receiveState(unpackState(state, data['buffer_paths'], buffers));
    else if (method === 'request_state') this.sendState(Object.keys(this.state));
    else if (method === 'custom' && isState(content)) {
      for (const listener of [...this.messageListeners]) comms.call(() => listener(content, buffers));
    }
  }

  /** Protocol 2.1: what a front end sends is echoed first, so that every front end knows which of its changes was last. */
  private receiveState(received: State): void {
    const names = Object.keys(received).filter((name) => Object.hasOwn(this.state, name) && !this.fixed.has(name));
    this.sendState(names, 'echo_update', received);
    const patch: State = {};
    const corrected: string[] = [];
    for (const name of names) {
      try {
        patch[name] = this.accept(name, received[name]);
        if (!isDeepStrictEqual(patch[name], received[name])) corrected.push(name);
      } catch (error) {
        corrected.push(name);
        comms.report(error);
      }
    }
    const changed = this.assign(patch);
    this.sendState(corrected);
    this.notify(changed, 'user');
  }

  private release(): void {
    const owned = this.owned();
    this.isClosed = true;
    this.comm = undefined;
    opened.delete(this.modelId);
    this.listeners.clear();
    this.messageListeners.clear();
    this.disposed();
    for (const model of owned) model.close();
  }

  /** Called once when the model is closed by either side. */
  protected disposed(): void {}

  /** Answers a front end that has loaded its page anew and asks for every model there is. */
  static {
    comms.register(CONTROL_TARGET, (control, _, { metadata }) => {
      if (String(metadata['version'] ?? '').split('.')[0] !== '1') return control.close();
      control.onMessage(({ method }) => {
        if (method !== 'request_states') return;
        const all = Object.fromEntries([...opened].map(([id, model]) => [id, model.snapshot()]));
        const { state, bufferPaths, buffers } = packState(all);
        control.send({ method: 'update_states', states: state, buffer_paths: bufferPaths }, { buffers });
      });
    });
  }
}

function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
