import { createHmac } from 'node:crypto';
import * as net from 'node:net';
import * as zmq from 'zeromq';
import { Random } from '../../src/core';
import type { KernelClient } from './client';

/** What a fuzzer has sent, by kind. */
export type Sent = Record<string, number>;

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(0, from.length - 1)]!;

const bytesOf = (random: Random, most: number) =>
  Buffer.from(Array.from({ length: random.integer(0, most) }, () => random.integer(0, 255)));

/** What opens a connection of ZeroMQ's protocol, version 3.0 without security. */
const GREETING = Buffer.concat([
  Buffer.from('ff00000000000000017f0300', 'hex'),
  Buffer.from('4e554c4c', 'hex'),
  Buffer.alloc(48),
]);

/** Bytes on a bare connection, which is closed or reset after them. */
async function raw(port: number, bytes: Buffer, reset: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(bytes, () => {
        if (reset) socket.resetAndDestroy();
        else socket.end();
        resolve();
      });
    });
    socket.on('error', () => resolve());
    socket.setTimeout(1000, () => socket.destroy());
  });
}

/** JSON that is one object, with random texts, numbers and lists in it. */
function anything(random: Random, depth = 0): unknown {
  const kind = random.integer(0, depth > 3 ? 4 : 7);
  if (kind === 0) return random.uniform() * 10 ** random.integer(-5, 300);
  if (kind === 1) return bytesOf(random, 30).toString('latin1');
  if (kind === 2) return pick(random, [null, true, false]);
  if (kind === 3) return pick(random, ['__proto__', 'constructor', '*'.repeat(random.integer(0, 60)), -1, 1e308]);
  if (kind < 6) return Object.fromEntries(fieldsOf(random).map((name) => [name, anything(random, depth + 1)]));
  return Array.from({ length: random.integer(0, 5) }, () => anything(random, depth + 1));
}

const NAMES = [
  'code',
  'cursor_pos',
  'detail_level',
  'hist_access_type',
  'pattern',
  'n',
  'session',
  'start',
  'stop',
  'output',
  'raw',
  'unique',
  'comm_id',
  'target_name',
  'data',
  'silent',
  'user_expressions',
  'store_history',
  'allow_stdin',
  'value',
  'restart_',
  'status',
  '__proto__',
  'toString',
];
const fieldsOf = (random: Random) => Array.from({ length: random.integer(0, 6) }, () => pick(random, NAMES));

/** Types that a client may send, shutdown aside, and others. */
const TYPES = [
  'complete_request',
  'inspect_request',
  'is_complete_request',
  'history_request',
  'comm_info_request',
  'comm_open',
  'comm_msg',
  'comm_close',
  'kernel_info_request',
  'input_reply',
  'interrupt_request',
  'debug_request',
  'connect_request',
  'toString',
  '',
  'constructor',
];

/**
 * Sends what no client sends, with and without the key, to all five ports, for so many milliseconds.
 * @returns how many of each kind.
 */
export async function fuzz(client: KernelClient, milliseconds: number, seed: number): Promise<Sent> {
  const random = new Random(seed);
  const sent: Sent = {};
  const mark = Buffer.from('<IDS|MSG>');
  const sign = (parts: readonly Buffer[]) => {
    const hash = createHmac('sha256', client.key);
    for (const part of parts) hash.update(part);
    return Buffer.from(hash.digest('hex'));
  };
  const deep = (depth: number) => Buffer.from(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  const header = (type: unknown) =>
    Buffer.from(JSON.stringify({ msg_id: `f${random.integer(0, 1e9)}`, msg_type: type, session: client.session }));
  const empty = Buffer.from('{}');
  const [, publishing, , , heart] = client.ports;
  const signed = (parts: Buffer[]) => [mark, sign(parts), ...parts];
  const channels = { shell: client.shell, control: client.control, stdin: client.stdin };
  const channel = () => pick(random, Object.values(channels));
  const overheard = new Map<unknown, Buffer[]>();
  let again: Buffer[] | undefined;
  const kinds: Record<string, () => Promise<void>> = {
    'bytes on a port': () => raw(pick(random, client.ports), bytesOf(random, 400), random.uniform() < 0.5),
    'a greeting, then bytes': () =>
      raw(pick(random, client.ports), Buffer.concat([GREETING, bytesOf(random, 200)]), random.uniform() < 0.5),
    'a greeting, then a frame without end': () =>
      raw(pick(random, client.ports), Buffer.concat([GREETING, Buffer.from('027fffffffffffffff', 'hex')]), true),
    'heartbeats of several parts': async () => {
      const socket = new zmq.Dealer({ linger: 0, sendTimeout: 500 });
      socket.connect(`tcp://127.0.0.1:${heart}`);
      const parts = Array.from({ length: random.integer(1, 5) }, () => bytesOf(random, 60));
      await socket.send(parts.length ? parts : [Buffer.alloc(0)]).catch(() => {});
      socket.close();
    },
    'parts of random bytes': () => client.shell.send(Array.from({ length: 6 }, () => bytesOf(random, 50))),
    'signed, of a type and content at random': () =>
      client.shell.send(
        signed([
          header(pick(random, TYPES)),
          empty,
          empty,
          Buffer.from(JSON.stringify({ ...Object(anything(random)) })),
        ]),
      ),
    'signed, on control': () =>
      client.control.send(
        signed([
          header(pick(random, TYPES.slice(0, 9))),
          empty,
          empty,
          Buffer.from(JSON.stringify({ ...Object(anything(random)) })),
        ]),
      ),
    'signed and deep': () =>
      client.shell.send(signed([header('comm_msg'), empty, empty, deep(random.integer(150, 200_000))])),
    'signed, on standard input': () =>
      client.stdin.send(
        signed([
          header(pick(random, ['input_reply', ...TYPES])),
          Buffer.from(JSON.stringify({ ...Object(anything(random)) })),
          empty,
          Buffer.from(JSON.stringify({ ...Object(anything(random)) })),
        ]),
      ),
    'a field of a heading or parent of another kind': () => {
      const whole: Record<string, unknown> = {
        ...{ msg_id: `f${random.integer(0, 1e9)}`, msg_type: pick(random, TYPES), session: client.session },
        ...{ username: 'u', date: '2026-01-01T00:00:00Z', version: '5.4' },
      };
      const broken = Buffer.from(JSON.stringify({ ...whole, [pick(random, Object.keys(whole))]: anything(random) }));
      const parts = [Buffer.from(JSON.stringify(whole)), empty, empty, empty];
      parts[random.integer(0, 3)] = broken;
      return channel().send(signed(parts));
    },
    'buffers that are not signed': () =>
      channel().send([...signed([header('comm_msg'), empty, empty, empty]), ...Array(20).fill(bytesOf(random, 500))]),
    'overheard, on its channel': async () => {
      const socket = pick(random, [client.control, client.stdin]);
      const message = overheard.get(socket) ?? signed([header('comm_info_request'), empty, empty, empty]);
      overheard.set(socket, message);
      await socket.send(message);
    },
    'subscriptions that nobody makes': async () => {
      const socket = new zmq.XSubscriber({ linger: 0, sendTimeout: 500 });
      socket.connect(`tcp://127.0.0.1:${publishing}`);
      for (let k = 0; k < 20; k++) await socket.send(bytesOf(random, 100)).catch(() => {});
      socket.close();
    },
    'the same again': async () => {
      again ??= signed([
        header('execute_request'),
        empty,
        empty,
        Buffer.from('{"code":"(globalThis as any).runs = ((globalThis as any).runs ?? 0) + 1"}'),
      ]);
      await client.shell.send(again);
    },
    'a history search of many stars': () =>
      client.shell.send(
        signed([
          header('history_request'),
          empty,
          empty,
          Buffer.from(
            JSON.stringify({ hist_access_type: 'search', pattern: `${'*a'.repeat(random.integer(1, 400))}b` }),
          ),
        ]),
      ),
    'a heading that is not one': () =>
      client.shell.send(signed([Buffer.from(JSON.stringify(anything(random))), empty, empty, empty])),
  };
  const names = Object.keys(kinds);
  const end = performance.now() + milliseconds;
  for (let k = 0; performance.now() < end; k++) {
    const name = names[k % names.length]!;
    await kinds[name]!();
    sent[name] = (sent[name] ?? 0) + 1;
    // Answers are taken in as a client does, and a kernel that still works through the last hundred is given time.
    if (k % 100 === 99) {
      await client.request('kernel_info_request', {}, 'control');
      await client.request('kernel_info_request', {}, 'shell');
      client.forget();
    }
  }
  return sent;
}
