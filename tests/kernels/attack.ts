import { createHmac, randomBytes } from 'node:crypto';
import { Random } from '../../src/core';
import { compose } from '../../src/kernel/message';
import type { KernelClient } from './client';

/** Sends `count` bad messages of all kinds, each of which would set `globalThis.broken` if it were obeyed. */
export async function attack(client: KernelClient, count: number): Promise<void> {
  const random = new Random(11);
  const good = () =>
    Object.values(
      (({ header, parent, metadata, content }) => ({ header, parent, metadata, content }))(
        compose('execute_request', { code: '(globalThis as any).broken = true' }, { session: client.session }),
      ),
    ).map((part) => Buffer.from(JSON.stringify(part)));
  const sign = (parts: readonly Buffer[], key: string) => {
    const hash = createHmac('sha256', key);
    for (const part of parts) hash.update(part);
    return Buffer.from(hash.digest('hex'));
  };
  const mark = Buffer.from('<IDS|MSG>');
  const kinds: (() => Buffer[])[] = [
    () => [mark, Buffer.from(''), ...good()],
    () => [mark, sign(good(), 'another key'), ...good()],
    () => [mark, randomBytes(32), ...good()],
    () => good(),
    () => [mark],
    () => [mark, Buffer.from('00')],
    () => [randomBytes(random.integer(1, 200))],
    () => [mark, ...signed([Buffer.from('{"msg_type":'), ...good().slice(1)])],
    () => [mark, ...signed([Buffer.from('[]'), ...good().slice(1)])],
    () => [mark, ...signed([Buffer.from('{"msg_type":5,"msg_id":"a","session":"b"}'), ...good().slice(1)])],
    () => [mark, ...signed(good().slice(0, 3))],
    () => [mark, ...signed([...good().slice(0, 3), Buffer.from('null')])],
    () => [mark, ...signed([randomBytes(40), ...good().slice(1)])],
  ];
  function signed(parts: Buffer[]): Buffer[] {
    return [sign(parts, client.key), ...parts];
  }
  for (let k = 0; k < count; k++) {
    const socket = random.uniform() < 0.5 ? client.shell : client.control;
    await socket.send(kinds[k % kinds.length]!());
  }
  await client.request('kernel_info_request', {});
  await client.request('kernel_info_request', {}, 'control');
}
