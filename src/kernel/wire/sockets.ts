import { randomUUID } from 'node:crypto';
import * as zmq from 'zeromq';
import { type ComposeOptions, compose, encode, type Header, type Json } from '../message';
import type { Channel, Connection } from '../shared';

/** How long to go on asking for an address that an earlier kernel has not given back yet, in milliseconds. */
const BIND_PATIENCE = 5000;

/**
 * Bytes of one frame; whoever sends a larger one is cut off, before anything of it is kept. Widgets send pictures and columns of
 * numbers, a heartbeat nothing worth mentioning.
 */
const LARGEST = { frame: 256 * 2 ** 20, heartbeat: 1024 };

/** zeromq allows one send at a time on a socket; this keeps them in order. */
class Sender {
  private readonly waiting: Uint8Array[][] = [];
  private busy: Promise<void> | undefined;

  constructor(private readonly socket: { send(frames: Uint8Array[]): Promise<void> }) {}

  send(frames: Uint8Array[]): void {
    this.waiting.push(frames);
    this.busy ??= this.drain();
  }

  async idle(): Promise<void> {
    while (this.busy) await this.busy;
  }

  private async drain(): Promise<void> {
    for (let frames = this.waiting.shift(); frames; frames = this.waiting.shift()) {
      // A client that has left cannot be answered, and nobody else has to suffer for it.
      try {
        await this.socket.send(frames);
      } catch {}
    }
    this.busy = undefined;
  }
}

/** The five sockets of a kernel. */
export class Sockets {
  /** Tells this kernel from others that had the same address. */
  readonly session = randomUUID();
  /** A router and not a reply socket, which a heartbeat of several parts, or a client that leaves at once, brings to a stand. */
  private readonly heartbeat = new zmq.Router({ linger: 0, maxMessageSize: LARGEST.heartbeat });
  private readonly publishing = new zmq.XPublisher({
    linger: 500,
    sendHighWaterMark: 0,
    maxMessageSize: LARGEST.heartbeat,
  });
  private readonly routers: Record<Channel, zmq.Router>;
  private readonly senders: Record<Channel, Sender>;
  private readonly publisher = new Sender(this.publishing);

  constructor(private readonly connection: Connection) {
    // A client that cannot be reached is an error that is dropped, except where it is expected to come back.
    const router = () => new zmq.Router({ linger: 500, mandatory: true, maxMessageSize: LARGEST.frame });
    const routers = { shell: router(), control: router(), stdin: router() };
    this.routers = routers;
    this.senders = {
      shell: new Sender(routers.shell),
      control: new Sender(routers.control),
      stdin: new Sender(routers.stdin),
    };
  }

  /** Opens the sockets, and echoes heartbeats and welcomes subscribers from then on. */
  async open(onSubscriber: () => void): Promise<void> {
    const { transport, ip, shell_port, control_port, stdin_port, iopub_port, hb_port } = this.connection;
    const bind = (socket: zmq.Router | zmq.XPublisher, number: number) =>
      patiently(() => socket.bind(transport === 'tcp' ? `tcp://${ip}:${number}` : `${transport}://${ip}-${number}`));
    const { shell, control, stdin } = this.routers;
    await Promise.all([
      bind(shell, shell_port),
      bind(control, control_port),
      bind(stdin, stdin_port),
      bind(this.publishing, iopub_port),
      bind(this.heartbeat, hb_port),
    ]);
    void this.echo();
    void this.welcome(onSubscriber);
  }

  /** What arrives on a channel, frame by frame. */
  arriving(channel: Channel): AsyncIterable<Uint8Array[]> {
    return this.routers[channel];
  }

  publish(type: string, content: Json | string, options: Omit<ComposeOptions, 'session' | 'identities'> = {}): void {
    const topic = type === 'iopub_welcome' ? 'iopub_welcome' : `kernel.${this.session}.${type}`;
    const message = compose(type, content, { ...options, session: this.session, identities: [Buffer.from(topic)] });
    this.publisher.send(encode(message, this.connection.key));
  }

  reply(channel: Channel, type: string, content: Json | string, parent: Header, identities: Uint8Array[]): void {
    this.senders[channel].send(this.framesOf(type, content, parent, identities));
  }

  /** Replies to a client that has not come back yet; tries for a while. */
  async replyPatiently(type: string, content: Json, parent: Header, identities: Uint8Array[]): Promise<void> {
    const frames = this.framesOf(type, content, parent, identities);
    for (const limit = Date.now() + BIND_PATIENCE; Date.now() < limit; ) {
      await this.senders.shell.idle();
      try {
        await this.routers.shell.send(frames);
        return;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Sends a question under an id of the asker's choice. */
  ask(content: string, parent: Header, identities: Uint8Array[], id: string): void {
    const question = compose('input_request', content, { session: this.session, parent, identities });
    question.header.msg_id = id;
    this.senders.stdin.send(encode(question, this.connection.key));
  }

  /** Sends what is still to be sent, and closes. */
  async close(): Promise<void> {
    await Promise.all([this.publisher.idle(), ...Object.values(this.senders).map((sender) => sender.idle())]);
    for (const socket of [...Object.values(this.routers), this.publishing, this.heartbeat]) socket.close();
  }

  private framesOf(type: string, content: Json | string, parent: Header, identities: Uint8Array[]): Uint8Array[] {
    return encode(compose(type, content, { session: this.session, parent, identities }), this.connection.key);
  }

  private async echo(): Promise<void> {
    // A client that has left is no reason to stop.
    for await (const frames of this.heartbeat) await this.heartbeat.send(frames).catch(() => {});
  }

  private async welcome(onSubscriber: () => void): Promise<void> {
    for await (const [frame] of this.publishing) {
      if (frame?.[0] !== 1) continue;
      this.publish('iopub_welcome', { subscription: frame.subarray(1).toString() });
      onSubscriber();
    }
  }
}

async function patiently(bind: () => Promise<void>): Promise<void> {
  for (const limit = Date.now() + BIND_PATIENCE; ; ) {
    try {
      return await bind();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || Date.now() > limit) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
