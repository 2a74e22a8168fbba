import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import * as v8 from 'node:v8';
import * as vm from 'node:vm';
import { ReluctantError } from '../../src/core';
import { comms } from '../../src/notebook/comms';
import { connectHost, type NotebookHost } from '../../src/notebook/host';
import * as widgets from '../../src/notebook/widgets';
import { Figure } from '../../src/plots';
import { Table } from '../../src/tables';
import { connect, disconnect, methods, move, post, reported, sent, settle, show } from './frontEnd';

const dots = (height: number) => new Figure([{ type: 'scatter', x: [0, 1], y: [0, height] }]);
const shown = (live: widgets.LiveFigure) =>
  ((live.get('figure') as unknown as { data: { y: number[] }[] }).data[0]!.y as number[])[1];
const updates = (live: widgets.Model) => methods(live).filter((method) => method === 'update').length;

describe('liveFigure', () => {
  beforeEach(connect);
  afterEach(() => {
    connectHost(undefined);
    disconnect();
  });

  test('sends one figure at a time, and the latest when the page has drawn', () => {
    const live = widgets.liveFigure(dots(1));
    show(live);
    for (const height of [2, 3, 4]) live.update(dots(height));
    assert.equal(updates(live), 1);
    assert.equal(shown(live), 2);
    assert.ok(Number.isNaN(live.latency));
    post(live, { event: 'drawn', frame: 1 });
    assert.equal(updates(live), 2);
    assert.equal(shown(live), 4);
    assert.ok(live.latency >= 0);
    post(live, { event: 'drawn', frame: 1 });
    live.update(dots(5));
    assert.equal(updates(live), 2, 'word of an older frame does not count');
    post(live, { event: 'drawn', frame: 2 });
    assert.equal(shown(live), 5);
    live.close();
  });

  test('does not wait for ever for a page that never says that it has drawn', async () => {
    const live = widgets.liveFigure(dots(1));
    show(live);
    live.update(dots(2));
    live.update(dots(3));
    // The timer must not keep a process alive by itself.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal(shown(live), 3);
    live.close();
  });

  test('leaves a static picture, numbers and the live widget in one bundle', () => {
    const live = widgets.liveFigure(dots(1));
    const bundle = show(live);
    assert.deepEqual(Object.keys(bundle).sort(), [
      'application/vnd.jupyter.widget-view+json',
      'application/vnd.plotly.v1+json',
      'image/svg+xml',
      'text/plain',
    ]);
    live.close();
  });

  test('is an ordinary figure where nobody looks on', () => {
    connectHost({ headless: true } as NotebookHost);
    const live = widgets.liveFigure(dots(1));
    live.update(dots(7));
    const bundle = show(live);
    assert.equal(bundle['application/vnd.jupyter.widget-view+json'], undefined);
    assert.ok(JSON.stringify(bundle['application/vnd.plotly.v1+json']).includes('[0,7]'));
  });

  test('sends pictures only to a page that cannot draw', () => {
    const live = widgets.liveFigure(dots(1));
    show(live);
    assert.equal(live.get('picture'), '');
    post(live, { event: 'picture wanted' });
    assert.match(String(live.get('picture')), /^<svg/);
    live.close();
  });

  test('hears clicks on points, and no nonsense', () => {
    const live = widgets.liveFigure(dots(1));
    const heard: widgets.FigurePoint[] = [];
    live.onClick((point) => heard.push(point));
    show(live);
    const point = { trace: 0, index: [2, 3] as [number, number], x: 1, y: 2, z: 0.5 };
    post(live, { event: 'click', points: [point, { trace: 1, index: 0, x: 0, y: 0 }] });
    for (const points of [[], [null], [{ trace: 'x' }], 'points', undefined]) post(live, { event: 'click', points });
    assert.deepEqual(heard, [point]);
    assert.deepEqual(reported, []);
    live.close();
  });

  test('lets the page change nothing of what it shows', () => {
    const live = widgets.liveFigure(dots(1));
    show(live);
    const page = live.get('_esm' as never);
    move(live, { figure: { data: [] }, _esm: 'evil', text: 'evil' });
    assert.equal(shown(live), 1);
    assert.equal(live.get('_esm' as never), page);
    live.close();
    live.update(dots(2));
    assert.equal(live.closed, true);
  });
});

describe('anyWidget', () => {
  beforeEach(connect);
  afterEach(disconnect);

  test('keeps a typed state equal on both sides, binary parts as bytes', () => {
    const counter = widgets.anyWidget({
      esm: 'export default {}',
      state: { count: 0, points: new Float32Array([1, 2]) },
    });
    const heard: number[] = [];
    const stop = counter.onChange('count', (count) => heard.push(count));
    show(counter);
    const open = sent[sent.length - 1]!;
    assert.deepEqual(open.data['buffer_paths'], [['points']]);
    assert.equal(open.buffers[0]!.length, 8);
    move(counter, { count: 3 });
    counter.set({ count: 4 });
    stop();
    counter.set({ count: 5 });
    assert.deepEqual(heard, [3, 4]);
    assert.deepEqual(methods(counter).slice(1), ['echo_update', 'update', 'update']);
    counter.close();
  });

  test('takes from the page what accept lets pass, and gives the old value back otherwise', () => {
    const counter = widgets.anyWidget({
      esm: '',
      state: { count: 1 },
      accept: (_, value) => {
        if (typeof value !== 'number') throw new TypeError('a number is expected');
        return Math.min(value, 10);
      },
    });
    show(counter);
    move(counter, { count: 99 });
    assert.equal(counter.get('count'), 10);
    move(counter, { count: '<script>' });
    assert.equal(counter.get('count'), 10);
    assert.equal(reported.length, 1);
    assert.deepEqual(sent[sent.length - 1]!.data['state'], { count: 10 });
    counter.close();
  });

  test('exchanges messages beside the state', () => {
    const widget = widgets.anyWidget({ esm: '', state: {} });
    const heard: unknown[] = [];
    widget.onMessage((content) => heard.push(content));
    show(widget);
    post(widget, { hello: 1 });
    widget.post({ world: 2 }, [Uint8Array.of(7)]);
    assert.deepEqual(heard, [{ hello: 1 }]);
    const last = sent[sent.length - 1]!;
    assert.deepEqual(last.data, { method: 'custom', content: { world: 2 } });
    assert.deepEqual([...last.buffers[0]!], [7]);
    widget.close();
  });

  test('refuses entries that belong to the front end or were not declared', () => {
    for (const state of [{ _esm: 1 }, { layout: 1 }]) {
      assert.throws(() => widgets.anyWidget({ esm: '', state }), ReluctantError);
    }
    const widget = widgets.anyWidget({ esm: '', state: { a: 1 } });
    assert.throws(() => widget.set({ b: 2 } as never), ReluctantError);
  });
});

describe('output', () => {
  test('shows values by their bundles and joins lines', () => {
    const place = widgets.output();
    place.print('one');
    place.print('two');
    place.append(new Table([{ head: 'volatility' }]));
    assert.match(place.toString(), /^one\ntwo\n[\s\S]*volatility/);
    place.show(3);
    assert.equal(place.toString(), '3');
    place.clear();
    assert.equal(place.toString(), '');
  });

  test('keeps no more than its limit', () => {
    const place = widgets.output({ limit: 3 });
    for (let k = 0; k < 10; k++) place.print(`line ${k}`);
    assert.equal(place.toString(), 'line 7\nline 8\nline 9');
    for (let k = 0; k < 10; k++) place.append(k);
    assert.equal(place.toString(), '7\n8\n9');
  });
});

describe('jsLink', () => {
  beforeEach(connect);
  afterEach(disconnect);

  test('opens both ends before itself and closes neither', () => {
    const [from, to] = [widgets.slider(), widgets.slider()];
    const link = widgets.jsLink(from, to);
    assert.equal(sent[sent.length - 1]!.id, link.modelId);
    assert.ok(from.connected && to.connected);
    link.close();
    assert.ok(!from.closed && !to.closed);
    from.close();
    to.close();
  });
});

describe('interact', () => {
  test('draws figures in place and values in an output, changing over when the kind changes', () => {
    const n = widgets.slider({ min: 0, max: 9, step: 1, value: 1 });
    const view = widgets.interact({ n }, ({ n: height }) => (height < 5 ? dots(height) : `${height} is high`));
    const first = view.children[1] as widgets.LiveFigure;
    n.value = 2;
    assert.equal(view.children[1], first);
    assert.equal(shown(first), 2);
    n.value = 6;
    assert.match(view.toString(), /6 is high/);
    assert.equal(first.closed, true);
    view.close();
  });

  test('shows the result of the newest values only, and tells older work to stop', async () => {
    const n = widgets.slider({ min: 0, max: 9, step: 1, value: 1 });
    const begun: number[] = [];
    const aborted: number[] = [];
    let release = () => {};
    const view = widgets.interact({ n }, async ({ n: value }, signal) => {
      begun.push(value);
      signal.addEventListener('abort', () => aborted.push(value));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return `result ${value}`;
    });
    n.value = 2;
    n.value = 3;
    assert.deepEqual(aborted, [1]);
    release();
    await settle();
    assert.doesNotMatch(view.toString(), /result/);
    assert.deepEqual(begun, [1, 3]);
    const done = view.redraw();
    release();
    await settle();
    release();
    await done;
    assert.match(view.toString(), /result 3/);
    view.close();
  });

  test('reports a failure once and goes on', async () => {
    connect();
    const n = widgets.slider({ min: 0, max: 9, step: 1, value: 1 });
    const view = widgets.interact({ n }, async ({ n: value }) => {
      if (value === 2) throw new Error('two');
      return value;
    });
    await settle();
    n.value = 2;
    await settle();
    n.value = 3;
    await settle();
    assert.equal(reported.length, 1);
    assert.match(view.toString(), /3$/);
    view.close();
    disconnect();
  });
});

/** Bytes in use after a full collection. */
function heapUsed(): number {
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

describe('nothing is left behind', () => {
  test('1,500 dashboards shown and closed leave no comm and next to no memory', () => {
    comms.connect({ publish: () => {} });
    const round = () => {
      for (let k = 0; k < 500; k++) {
        const slider = widgets.slider({ onChange: () => {} });
        const box = widgets.vbox([slider, widgets.label('x')]);
        show(box);
        move(slider, { value: 0.25 });
        box.close();
      }
    };
    round();
    const before = heapUsed();
    for (let k = 0; k < 3; k++) round();
    const growth = (heapUsed() - before) / 2 ** 20;
    assert.deepEqual(comms.info(), {});
    assert.ok(growth < 2, `${growth.toFixed(1)} MB`);
    disconnect();
  });
});
