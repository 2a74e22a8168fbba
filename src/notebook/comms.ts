import { randomUUID } from 'node:crypto';
import { ReluctantError } from '../core';

/** JSON data of a comm; binary parts travel beside it as buffers. */
export type CommData = Record<string, unknown>;

/** The three messages that comms consist of, in either direction. */
export type CommMessageType = 'comm_open' | 'comm_msg' | 'comm_close';

/** What goes with the content of a comm message. */
export interface CommExtras {
  metadata?: Record<string, unknown>;
  buffers?: readonly Uint8Array[];
}

/** How comm messages reach the front end. The kernel provides one; in a plain script there is none. */
export interface CommTransport {
  /** Sends a message to all front ends, on behalf of whatever is running now. */
  publish(type: CommMessageType, content: CommData, extras: Required<CommExtras>): void;
  /** Shows the failure of a listener to the user; by default it is printed on standard error. */
  report?(error: unknown): void;
}

type MessageListener = (data: CommData, buffers: Uint8Array[]) => unknown;
type CloseListener = (data: CommData) => unknown;
type OpenListener = (comm: Comm, data: CommData, extras: Required<CommExtras>) => unknown;

/** A channel between an object here and its counterpart in the front end ("comm" of the Jupyter messaging protocol). */
export class Comm {
  /** @internal */
  messageListener: MessageListener | undefined;
  /** @internal */
  closeListener: CloseListener | undefined;
  private isOpen = true;

  /** @internal Comms are made by {@link CommManager.open}. */
  constructor(
    readonly id: string,
    readonly target: string,
    private readonly manager: CommManager,
  ) {}

  /** Whether neither side has closed it. */
  get open(): boolean {
    return this.isOpen;
  }

  /** Sends data to the front end; nothing happens when the comm is closed or there is no front end. */
  send(data: CommData, extras: CommExtras = {}): void {
    if (this.isOpen) this.manager.publish('comm_msg', { comm_id: this.id, data }, extras);
  }

  /** Sets what is called for every message from the front end. */
  onMessage(listener: MessageListener): void {
    this.messageListener = listener;
  }

  /** Sets what is called when the front end has closed the comm. */
  onClose(listener: CloseListener): void {
    this.closeListener = listener;
  }

  /** Closes the comm on both sides; closing it again does nothing. */
  close(data: CommData = {}): void {
    if (!this.isOpen) return;
    this.forget();
    this.manager.publish('comm_close', { comm_id: this.id, data }, {});
  }

  /** @internal Notes that the comm is closed, telling nobody. */
  forget(): void {
    this.isOpen = false;
    this.manager.forget(this);
  }
}

/**
 * The open comms of this process. Widgets open theirs here; the kernel connects the transport and hands over what the front
 * end sends. Without a transport (a plain Node script) everything works in memory and nothing is kept alive.
 *
 * A listener that throws or rejects is reported and harms nobody else. Promises of listeners are not waited for: the front
 * end holds the next value of a slider back until the message before it is answered, so a listener that trains a model for
 * a minute would otherwise hear of no later move of the slider.
 */
export class CommManager {
  private transport: CommTransport | undefined;
  private readonly comms = new Map<string, Comm>();
  private readonly targets = new Map<string, OpenListener>();

  /** Called by the kernel once, at its start; `undefined` disconnects. */
  connect(transport: CommTransport | undefined): void {
    this.transport = transport;
  }

  /** Whether there is a front end to talk to. */
  get connected(): boolean {
    return this.transport !== undefined;
  }

  /**
   * Opens a comm to `target` in the front end.
   *
   * @param target what the front end listens for, e.g. `jupyter.widget`
   * @param options.id a comm id of your own; by default one is made up
   */
  open(target: string, data: CommData = {}, options: CommExtras & { id?: string } = {}): Comm {
    const comm = new Comm(options.id ?? randomUUID().replaceAll('-', ''), target, this);
    if (this.transport) this.comms.set(comm.id, comm);
    this.publish('comm_open', { comm_id: comm.id, target_name: target, data }, options);
    return comm;
  }

  /**
   * Sets what is called when the front end opens a comm to `target`.
   * @throws ReluctantError `comm-target-taken` when somebody else listens for it already
   */
  register(target: string, listener: OpenListener): void {
    if (this.targets.has(target)) {
      throw new ReluctantError({
        code: 'comm-target-taken',
        operation: 'comms.register',
        problem: 'the target has a listener already',
        received: target,
        fix: 'call comms.unregister first',
      });
    }
    this.targets.set(target, listener);
  }

  /** Forgets the listener of `target`; comms that are open stay so. */
  unregister(target: string): void {
    this.targets.delete(target);
  }

  /** The `comms` of a `comm_info_reply`: those of one target, or all. */
  info(target?: string): Record<string, { target_name: string }> {
    const wanted = [...this.comms.values()].filter((comm) => target === undefined || comm.target === target);
    return Object.fromEntries(wanted.map((comm) => [comm.id, { target_name: comm.target }]));
  }

  /** Takes a comm message of the front end. Never throws, whatever the message holds. */
  receive(
    type: CommMessageType,
    content: CommData,
    buffers: Uint8Array[] = [],
    metadata: Record<string, unknown> = {},
  ): void {
    const id = content['comm_id'];
    if (typeof id !== 'string') return;
    const data = isObject(content['data']) ? content['data'] : {};
    const comm = this.comms.get(id);
    if (type === 'comm_open') this.opened(id, content['target_name'], data, { buffers, metadata });
    else if (!comm) {
      // The other side believes in a comm that is gone, after a restart for instance; the protocol lets it know this way.
      if (type === 'comm_msg') this.publish('comm_close', { comm_id: id, data: {} }, {});
    } else if (type === 'comm_msg') this.call(() => comm.messageListener?.(data, buffers));
    else if (type === 'comm_close') {
      comm.forget();
      this.call(() => comm.closeListener?.(data));
    }
  }

  /** Shows the failure of a listener to the user. */
  report(error: unknown): void {
    if (this.transport?.report) this.transport.report(error);
    else console.error(error);
  }

  /** Calls a listener; its failure, now or later, is reported. */
  call(listener: () => unknown): void {
    try {
      const result = listener();
      if (isThenable(result)) result.then(undefined, (error) => this.report(error));
    } catch (error) {
      this.report(error);
    }
  }

  /** @internal */
  publish(type: CommMessageType, content: CommData, { metadata = {}, buffers = [] }: CommExtras): void {
    this.transport?.publish(type, content, { metadata, buffers });
  }

  /** @internal */
  forget(comm: Comm): void {
    if (this.comms.get(comm.id) === comm) this.comms.delete(comm.id);
  }

  private opened(id: string, target: unknown, data: CommData, extras: Required<CommExtras>): void {
    const listener = typeof target === 'string' ? this.targets.get(target) : undefined;
    if (!listener || this.comms.has(id)) {
      this.publish('comm_close', { comm_id: id, data: {} }, {});
      return;
    }
    const comm = new Comm(id, target as string, this);
    this.comms.set(id, comm);
    this.call(() => listener(comm, data, extras));
  }
}

/** The comms of this process. */
export const comms = new CommManager();

function isObject(value: unknown): value is CommData {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}
