import { randomUUID } from 'node:crypto';
import type { Comm } from '../notebook/host';
import type { Header, Json, Message } from './message';
import type { Publisher } from './publisher';
import { currentRun } from './scope';

type MessageListener = (data: Record<string, unknown>, buffers: Uint8Array[]) => unknown;
type OpenListener = (comm: Comm, data: Record<string, unknown>) => void;

class OpenComm implements Comm {
  readonly messageListeners: MessageListener[] = [];
  readonly closeListeners: (() => void)[] = [];

  constructor(
    readonly id: string,
    readonly target: string,
    private readonly comms: Comms,
  ) {}

  send(data: Record<string, unknown>, buffers: Uint8Array[] = []): void {
    this.comms.publish('comm_msg', { comm_id: this.id, data }, {}, buffers);
  }

  onMessage(listener: MessageListener): void {
    this.messageListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.closeListeners.push(listener);
  }

  close(data: Record<string, unknown> = {}): void {
    this.comms.closed(this, data);
  }
}

/** The open comms of this kernel, and who wants to hear of new ones. */
export class Comms {
  private readonly open = new Map<string, OpenComm>();
  private readonly targets = new Map<string, OpenListener>();
  /** The request that is being handled, as the parent of what its listeners send. */
  private parent: Header | undefined;

  constructor(private readonly publisher: Publisher) {}

  publish(type: string, content: Json, metadata: Json, buffers: Uint8Array[]): void {
    this.publisher.publish(type, content, this.parent ?? currentRun()?.parent, { metadata, buffers });
  }

  /** Opens a comm to `target` in the front end. */
  start(target: string, data: Json, metadata: Json, buffers: Uint8Array[]): Comm {
    const comm = new OpenComm(randomUUID().replaceAll('-', ''), target, this);
    this.open.set(comm.id, comm);
    this.publish('comm_open', { comm_id: comm.id, target_name: target, data }, metadata, buffers);
    return comm;
  }

  closed(comm: OpenComm, data: Json): void {
    if (this.open.delete(comm.id)) this.publish('comm_close', { comm_id: comm.id, data }, {}, []);
  }

  onOpen(target: string, listener: OpenListener): void {
    this.targets.set(target, listener);
  }

  /** The content of a `comm_info_reply`. */
  info(request: Json): Json {
    const target = request['target_name'];
    const wanted = [...this.open.values()].filter((comm) => typeof target !== 'string' || comm.target === target);
    return {
      status: 'ok',
      comms: Object.fromEntries(wanted.map(({ id, target: name }) => [id, { target_name: name }])),
    };
  }

  /** Handles a comm message of the front end; resolves when its listeners are done. */
  async handle({ header, content, buffers }: Message): Promise<void> {
    const id = String(content['comm_id']);
    const data = (content['data'] ?? {}) as Record<string, unknown>;
    this.parent = header;
    try {
      await this.dispatch(header.msg_type, id, String(content['target_name']), data, buffers);
    } finally {
      if (this.parent === header) this.parent = undefined;
    }
  }

  private async dispatch(
    type: string,
    id: string,
    target: string,
    data: Record<string, unknown>,
    buffers: Uint8Array[],
  ): Promise<void> {
    const comm = this.open.get(id);
    if (type === 'comm_open') {
      const listener = this.targets.get(target);
      if (!listener) return this.publish('comm_close', { comm_id: id, data: {} }, {}, []);
      const opened = new OpenComm(id, target, this);
      this.open.set(id, opened);
      listener(opened, data);
    } else if (type === 'comm_msg') {
      await Promise.all((comm?.messageListeners ?? []).map((listener) => listener(data, buffers)));
    } else if (comm) {
      this.open.delete(id);
      for (const listener of comm.closeListeners) listener();
    }
  }
}
