import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { type CommData, CommManager } from '../../src/notebook/comms';

/** A front end that notes what it is sent. */
function connected() {
  const manager = new CommManager();
  const sent: { type: string; content: CommData; buffers: readonly Uint8Array[] }[] = [];
  const reported: unknown[] = [];
  manager.connect({
    publish: (type, content, { buffers }) => sent.push({ type, content, buffers }),
    report: (error) => reported.push(error),
  });
  return { manager, sent, reported };
}

test('open announces a comm that info lists until it is closed by either side', () => {
  const { manager, sent } = connected();
  const comm = manager.open('jupyter.widget', { state: {} }, { metadata: { version: '2.1.0' } });
  assert.deepEqual(sent[0]!.content, { comm_id: comm.id, target_name: 'jupyter.widget', data: { state: {} } });
  assert.deepEqual(manager.info(), { [comm.id]: { target_name: 'jupyter.widget' } });
  assert.deepEqual(manager.info('other'), {});
  comm.close();
  comm.close();
  assert.deepEqual(
    sent.map(({ type }) => type),
    ['comm_open', 'comm_close'],
  );
  assert.deepEqual(manager.info(), {});

  const second = manager.open('jupyter.widget');
  let closed = 0;
  second.onClose(() => closed++);
  manager.receive('comm_close', { comm_id: second.id, data: {} });
  second.send({ late: true });
  assert.equal(closed, 1);
  assert.equal(second.open, false);
  assert.equal(sent.length, 3);
});

test('receive hands data and buffers to the comm they are for', () => {
  const { manager } = connected();
  const [one, two] = [manager.open('a'), manager.open('a')];
  const heard: unknown[] = [];
  one.onMessage((data, buffers) => heard.push('one', data, buffers));
  two.onMessage((data, buffers) => heard.push('two', data, buffers));
  manager.receive('comm_msg', { comm_id: two.id, data: { x: 1 } }, [new Uint8Array([5])]);
  assert.deepEqual(heard, ['two', { x: 1 }, [new Uint8Array([5])]]);
});

test('receive closes comms that are unknown or have no target, and never throws at nonsense', () => {
  const { manager, sent, reported } = connected();
  manager.receive('comm_open', { comm_id: 'x', target_name: 'nobody', data: {} });
  manager.receive('comm_msg', { comm_id: 'y', data: {} });
  manager.receive('comm_close', { comm_id: 'z', data: {} });
  assert.deepEqual(
    sent.map(({ type, content }) => [type, content['comm_id']]),
    [
      ['comm_close', 'x'],
      ['comm_close', 'y'],
    ],
  );
  for (const content of [{}, { comm_id: 7 }, { comm_id: 'q', data: [] }, { comm_id: null, data: null }]) {
    for (const type of ['comm_open', 'comm_msg', 'comm_close'] as const) manager.receive(type, content);
  }
  assert.deepEqual(reported, []);
});

test('a target hears of comms that the front end opens, and can answer on them', () => {
  const { manager, sent } = connected();
  manager.register('echo', (comm) => comm.onMessage((data) => comm.send(data)));
  assert.throws(() => manager.register('echo', () => {}), ReluctantError);
  manager.receive('comm_open', { comm_id: 'front', target_name: 'echo', data: {} });
  manager.receive('comm_msg', { comm_id: 'front', data: { n: 3 } });
  assert.deepEqual(sent, [{ type: 'comm_msg', content: { comm_id: 'front', data: { n: 3 } }, buffers: [] }]);
});

test('a listener that throws or rejects is reported, and the next message is heard', async () => {
  const { manager, reported } = connected();
  const comm = manager.open('a');
  let heard = 0;
  comm.onMessage(async ({ how }) => {
    heard += 1;
    if (how === 'reject') throw new Error('later');
  });
  manager.receive('comm_msg', { comm_id: comm.id, data: { how: 'reject' } });
  comm.onMessage(() => {
    throw new Error('now');
  });
  manager.receive('comm_msg', { comm_id: comm.id, data: {} });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(
    reported.map((error) => (error as Error).message),
    ['now', 'later'],
  );
  assert.equal(heard, 1);
});

test('without a transport comms work in memory and none is kept', () => {
  const manager = new CommManager();
  const comm = manager.open('jupyter.widget');
  comm.send({ x: 1 });
  assert.equal(manager.connected, false);
  assert.deepEqual(manager.info(), {});
  comm.close();
});
