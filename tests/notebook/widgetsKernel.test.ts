import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json } from '../../src/kernel/message';
import { KernelClient } from '../kernels/client';

describe('widgets in the kernel', () => {
  let kernel: KernelClient;
  let slider: string;
  before(async () => {
    kernel = await KernelClient.start();
    await kernel.run(`import * as rl from 'reluctant';
let stopped = 0;
const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const slider = rl.widgets.slider({ min: 0, max: 10, step: 1, value: 0, onChange: async (value, { signal }) => {
  console.log('heard ' + value);
  if (value === 9) for (;;) {}
  if (value === 8) throw new Error('eight');
  signal.addEventListener('abort', () => { stopped += 1; });
  await wait(30_000);
} });`);
    const { result } = await kernel.run('slider');
    assert.match(String(result), /Slider: 0/);
    slider = String((await kernel.run('slider.modelId')).result).replaceAll("'", '');
  });
  after(() => kernel.stop());

  const move = (value: number) => {
    const data = { method: 'update', state: { value }, buffer_paths: [] };
    return kernel.send('comm_msg', { comm_id: slider, data });
  };

  test('long work of a listener does not hold the next value back, and learns that it is outdated', async () => {
    for (const value of [1, 2, 3]) {
      const messages = await kernel.finished(await move(value));
      const echo = messages.find(({ header }) => header.msg_type === 'comm_msg')!;
      assert.deepEqual((echo.content['data'] as Json)['state'], { value });
    }
    assert.equal((await kernel.run('stopped')).result, '2');
  });

  test('a listener that fails is shown with the line of its cell, and harms nothing', async () => {
    await move(8);
    const text = await kernel.until(() => {
      const streams = kernel.published.filter(({ header }) => header.msg_type === 'stream');
      const all = streams.map(({ content }) => String(content['text'])).join('');
      return all.includes('Error: eight') && all;
    });
    assert.match(text, /cell 1:7/);
    assert.equal((await kernel.run('slider.value')).result, '8');
  });

  test('an endless loop in a listener ends with an interrupt, and the next value is heard', async () => {
    const id = await move(9);
    // The echo is sent just before the listener is called.
    await kernel.until(() =>
      kernel.published.some(({ header, parent }) => header.msg_type === 'comm_msg' && parent.msg_id === id),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await kernel.request('interrupt_request', {}, 'control');
    await kernel.finished(id);
    await kernel.finished(await move(4));
    assert.equal((await kernel.run('slider.value')).result, '4');
  });

  test('comm_info lists the widget until it is closed', async () => {
    const comms = async () =>
      (await kernel.request('comm_info_request', { target_name: 'jupyter.widget' }))['comms'] as Json;
    assert.deepEqual((await comms())[slider], { target_name: 'jupyter.widget' });
    await kernel.run('slider.close()');
    assert.deepEqual(await comms(), {});
    const late = await kernel.finished(await move(5));
    assert.ok(late.some(({ header }) => header.msg_type === 'comm_close'));
  });
});
