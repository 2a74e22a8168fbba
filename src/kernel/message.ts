import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { isDeeperThan } from '../core/boundedJSON';

/** The version of the Jupyter messaging protocol that this kernel speaks. */
export const PROTOCOL_VERSION = '5.4';

const DELIMITER = Buffer.from('<IDS|MSG>');

export type Json = Record<string, unknown>;

/** The header of a Jupyter message. */
export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

/** One Jupyter message, off the wire. */
export interface Message {
  /** Routing identities of the sender, to be repeated in the reply. */
  identities: Uint8Array[];
  header: Header;
  parent: Header | Record<string, never>;
  metadata: Json;
  content: Json;
  buffers: Uint8Array[];
}

/** Why bytes from the wire were not taken as a message. */
export class MessageRefused extends Error {}

function sign(key: string, parts: readonly Uint8Array[]): string {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** Signatures that are remembered: a request that somebody has overheard and sends again has one of them. */
const REMEMBERED = 1 << 16;

/** The signatures of the messages that have been taken, the latest of them. */
export class Signatures {
  private readonly taken = new Set<string>();

  /** @throws MessageRefused if there was a message of this signature. */
  take(signature: string): void {
    if (this.taken.has(signature)) throw new MessageRefused('a message that has been here before');
    this.taken.add(signature);
    // A set keeps the order in which its members came.
    if (this.taken.size > REMEMBERED) this.taken.delete(this.taken.values().next().value!);
  }
}

/**
 * Reads one message and checks its signature before anything in it is looked at. An empty key means that the connection
 * file asks for no signatures (the specification allows it for transports that are private by themselves).
 * @param taken the signatures that were met before: such a message is refused, since messages are never sent twice.
 * @throws MessageRefused for whatever is not a well-formed, rightly signed message
 */
export function decode(frames: readonly Uint8Array[], key: string, taken?: Signatures): Message {
  const buffers = frames.map((frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength));
  const at = buffers.findIndex((frame) => frame.equals(DELIMITER));
  if (at < 0) throw new MessageRefused('no delimiter');
  const signature = buffers[at + 1];
  const parts = buffers.slice(at + 2, at + 6);
  if (!signature || parts.length < 4) throw new MessageRefused('too few parts');
  if (key !== '') {
    const wanted = Buffer.from(sign(key, parts));
    if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) {
      throw new MessageRefused('wrong signature');
    }
    taken?.take(signature.toString('latin1'));
  }
  const [header, parent, metadata, content] = parts.map(parseObject) as [Json, Json, Json, Json];
  for (const field of ['msg_id', 'msg_type', 'session']) {
    if (typeof header[field] !== 'string') throw new MessageRefused(`header without ${field}`);
  }
  for (const field of ['username', 'date', 'version']) textField(header, field);
  textField(parent, 'msg_id');
  return {
    identities: buffers.slice(0, at),
    header: header as unknown as Header,
    parent: parent as unknown as Header,
    metadata,
    content,
    buffers: buffers.slice(at + 6),
  };
}

/**
 * A field of a message as text; `otherwise` where it is missing. What a client sends in the place of a text may be an object that
 * cannot be made into one.
 *
 * @throws MessageRefused for lists and objects
 */
export function textField(part: Json, field: string, otherwise = ''): string {
  const value = part[field] ?? otherwise;
  if (typeof value === 'object') throw new MessageRefused(`"${field}" is to be a text`);
  return String(value);
}

/** Lists and objects within one another: what handles a message goes as deep as it does, and the stack has an end. */
const DEEPEST = 200;

function parseObject(bytes: Buffer): Json {
  const text = bytes.toString('utf8');
  if (isDeeperThan(text, DEEPEST)) throw new MessageRefused(`a part is nested more than ${DEEPEST} deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new MessageRefused('a part is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MessageRefused('a part is not a JSON object');
  }
  return value as Json;
}

/** A message whose content may be JSON already. */
export type Outgoing = Omit<Message, 'content'> & { content: Json | string };

/** The frames of a message, signed. */
export function encode(message: Outgoing, key: string): Uint8Array[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)),
  );
  const signature = key === '' ? '' : sign(key, parts);
  return [...message.identities, DELIMITER, Buffer.from(signature), ...parts, ...message.buffers];
}

/** A new message in answer to `parent` (or to nothing: a start-up status has no parent). */
export function compose<C extends Json | string>(
  type: string,
  content: C,
  { session, parent, identities = [], metadata = {}, buffers = [] }: ComposeOptions,
): Omit<Message, 'content'> & { content: C } {
  return {
    identities,
    header: {
      msg_id: randomUUID(),
      msg_type: type,
      session,
      username: parent?.username ?? 'kernel',
      date: new Date().toISOString(),
      version: PROTOCOL_VERSION,
    },
    parent: parent ?? {},
    metadata,
    content,
    buffers,
  };
}

export interface ComposeOptions {
  session: string;
  parent?: Header | undefined;
  identities?: Uint8Array[];
  metadata?: Json;
  buffers?: Uint8Array[];
}
