import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { ReluctantError } from '../../src/core';
import { type CommData, comms } from '../../src/notebook/comms';
import * as widgets from '../../src/notebook/widgets';
import { connect, disconnect, methods, move, reported, sent, settle, show } from './frontEnd';

describe('with a front end', () => {
  beforeEach(connect);
  afterEach(disconnect);

  test('a widget opens its comms when it is first shown, what it refers to before itself', () => {
    const slider = widgets.slider({ label: 'weight', value: 0.3 });
    assert.equal(sent.length, 0);
    const bundle = show(slider);
    assert.deepEqual(bundle['application/vnd.jupyter.widget-view+json'], {
      version_major: 2,
      version_minor: 0,
      model_id: slider.modelId,
    });
    assert.equal(bundle['text/plain'], 'weight: 0.3 (0 to 1)');
    const names = sent.map(({ data }) => (data['state'] as CommData)['_model_name']);
    assert.deepEqual(names.sort(), ['FloatSliderModel', 'LayoutModel', 'SliderStyleModel']);
    const last = sent[sent.length - 1]!;
    assert.equal(last.id, slider.modelId);
    assert.deepEqual(last.metadata, { version: '2.1.0' });
    assert.equal((last.data['state'] as CommData)['layout'], `IPY_MODEL_${slider.layout.modelId}`);
    show(slider);
    assert.equal(sent.length, 3);
    slider.close();
  });

  test('a change on the screen is echoed, then heard with its origin, and not sent back', () => {
    const heard: unknown[] = [];
    const slider = widgets.slider({
      value: 0.3,
      onChange: (value, { previous, origin }) => heard.push([value, previous, origin]),
    });
    show(slider);
    sent.length = 0;
    move(slider, { value: 0.5 });
    assert.deepEqual(heard, [[0.5, 0.3, 'user']]);
    assert.deepEqual(
      sent.map(({ data }) => data),
      [{ method: 'echo_update', state: { value: 0.5 }, buffer_paths: [] }],
    );
    slider.value = 0.7;
    slider.value = 0.7;
    assert.deepEqual(heard.slice(1), [[0.7, 0.5, 'program']]);
    assert.deepEqual(methods(slider), ['echo_update', 'update']);
    slider.close();
  });

  test('a value the widget cannot take is corrected on the screen and nobody hears of it', () => {
    let heard = 0;
    const slider = widgets.slider({ min: 0, max: 10, step: 1, value: 5, onChange: () => heard++ });
    show(slider);
    sent.length = 0;
    move(slider, { value: 'nonsense' });
    assert.equal(slider.value, 5);
    assert.equal(heard, 0);
    assert.deepEqual(sent[sent.length - 1]!.data, { method: 'update', state: { value: 5 }, buffer_paths: [] });
    assert.ok(reported[0] instanceof ReluctantError);
    move(slider, { value: 99 });
    assert.equal(slider.value, 10);
    assert.deepEqual(sent[sent.length - 1]!.data['state'], { value: 10 });
    move(slider, { _model_name: 'Evil', unknown: 1, __proto__: { polluted: true } });
    assert.equal(({} as CommData)['polluted'], undefined);
    slider.close();
  });

  test('the signal of a change is aborted by the next change and by close', () => {
    const signals: AbortSignal[] = [];
    const slider = widgets.slider({ onChange: (_, { signal }) => signals.push(signal) });
    slider.value = 0.1;
    slider.value = 0.2;
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, false],
    );
    slider.close();
    assert.equal(signals[1]!.aborted, true);
  });

  test('listeners that set the value or fail harm nobody', async () => {
    const heard: number[] = [];
    const slider = widgets.slider({ min: 0, max: 10, step: 1, value: 0 });
    slider.onChange(() => {
      throw new Error('broken');
    });
    slider.onChange(async () => {
      throw new Error('broken later');
    });
    slider.onChange((value) => {
      if (value < 3) slider.value = value + 1;
    });
    const stop = slider.onChange((value) => heard.push(value));
    show(slider);
    move(slider, { value: 1 });
    await settle();
    assert.deepEqual(heard, [3]);
    assert.equal(reported.length, 6);
    stop();
    move(slider, { value: 9 });
    assert.deepEqual(heard, [3]);
    slider.close();
  });

  test('a closed widget leaves no comm, hears nothing and takes its parts along', () => {
    const inner = widgets.checkbox({ label: 'shuffle' });
    const box = widgets.vbox([inner, widgets.label('x')]);
    show(box);
    assert.ok(Object.keys(comms.info('jupyter.widget')).length >= 6);
    box.close();
    assert.deepEqual(comms.info('jupyter.widget'), {});
    assert.equal(inner.closed, true);
    assert.throws(
      () => widgets.hbox([inner]),
      (error: ReluctantError) => error.code === 'widget-closed',
    );
    const plain = show(inner);
    assert.deepEqual(Object.keys(plain), ['text/plain']);
  });

  test('the front end can close a widget', () => {
    const toggle = widgets.toggleButton({ label: 'live' });
    show(toggle);
    comms.receive('comm_close', { comm_id: toggle.modelId, data: {} });
    assert.equal(toggle.closed, true);
    toggle.value = true;
    assert.deepEqual(methods(toggle), [undefined]);
  });

  test('a front end that loads its page anew gets every open model, and none that is closed', () => {
    const slider = widgets.slider({ value: 0.25 });
    const gone = widgets.slider();
    show(slider);
    show(gone);
    gone.close();
    sent.length = 0;
    const control = { comm_id: 'control', target_name: 'jupyter.widget.control', data: {} };
    comms.receive('comm_open', control, [], { version: '1.0.0' });
    comms.receive('comm_msg', { comm_id: 'control', data: { method: 'request_states' } });
    const { method, states } = sent[0]!.data as { method: string; states: Record<string, { state: CommData }> };
    assert.equal(method, 'update_states');
    assert.equal(Object.keys(states).length, 3);
    assert.equal(states[slider.modelId]!.state['value'], 0.25);
    comms.receive('comm_close', { comm_id: 'control', data: {} });
    slider.close();
  });

  test('request_state is answered with the whole state', () => {
    const slider = widgets.slider({ value: 0.25 });
    show(slider);
    sent.length = 0;
    comms.receive('comm_msg', { comm_id: slider.modelId, data: { method: 'request_state' } });
    assert.equal(sent[0]!.data['method'], 'update');
    assert.equal((sent[0]!.data['state'] as CommData)['value'], 0.25);
    slider.close();
  });

  test('a button hears clicks of the screen unless it is disabled', () => {
    let clicks = 0;
    const button = widgets.button({ label: 'go', onClick: () => clicks++ });
    show(button);
    const click = { comm_id: button.modelId, data: { method: 'custom', content: { event: 'click' } } };
    comms.receive('comm_msg', click);
    button.disabled = true;
    comms.receive('comm_msg', click);
    assert.equal(clicks, 1);
    button.close();
  });

  test('children put into a box that is on the screen are opened before the box refers to them', () => {
    const box = widgets.hbox([]);
    show(box);
    sent.length = 0;
    const child = widgets.label('late');
    box.children = [child];
    const order = sent.map(({ id }) => id);
    assert.equal(order[order.length - 1], box.modelId);
    assert.ok(order.indexOf(child.modelId) < order.length - 1);
    assert.deepEqual(sent[sent.length - 1]!.data['state'], { children: [`IPY_MODEL_${child.modelId}`] });
    box.close();
  });
});

describe('without a front end', () => {
  test('widgets work in memory and print as text', () => {
    const rate = widgets.slider({ label: 'learning rate', scale: 'logarithmic', min: 1e-5, max: 0.1, value: 1e-3 });
    const heard: number[] = [];
    rate.onChange((value) => heard.push(value));
    rate.value = 0.01;
    assert.deepEqual(heard, [0.01]);
    assert.deepEqual(show(rate), { 'text/plain': 'learning rate: 0.01 (0.00001 to 0.1)' });
    const page = widgets.tabs({ One: widgets.label('first'), Two: widgets.vbox([widgets.checkbox({ label: 'c' })]) });
    assert.equal(page.toString(), 'One\n  first\nTwo\n  c: off');
  });

  test('sliders pick round steps and become whole-numbered only when everything is whole', () => {
    const state = (slider: widgets.Slider) => (slider as unknown as { state: CommData }).state;
    assert.equal(state(widgets.slider())['step'], 0.01);
    assert.equal(state(widgets.slider({ max: 7 }))['step'], 0.05);
    assert.equal(state(widgets.slider())['readout_format'], '.2f');
    assert.equal(state(widgets.slider({ min: 1, max: 9, step: 2 }))['_model_name'], 'IntSliderModel');
    assert.equal(state(widgets.slider({ min: 1, max: 9, step: 2 }))['value'], 5);
    assert.equal(state(widgets.slider({ min: 0, max: 1, step: 1, value: 0.5 }))['_model_name'], 'FloatSliderModel');
    assert.equal(state(widgets.slider({ min: 0, max: 0 }))['value'], 0);
  });

  test('limits that move take the value along', () => {
    const slider = widgets.slider({ min: 0, max: 10, step: 1, value: 8 });
    slider.setRange(0, 5);
    assert.equal(slider.value, 5);
    const rate = widgets.slider({ scale: 'logarithmic', min: 0.01, max: 1, value: 0.5 });
    rate.setRange(0.001, 0.1);
    assert.deepEqual([rate.min, rate.max, rate.value], [0.001, 0.1, 0.1]);
  });

  test('what cannot be meant is refused with what is expected', () => {
    const refused = (code: string, body: () => unknown) =>
      assert.throws(body, (error: unknown) => error instanceof ReluctantError && error.code === code);
    refused('range-empty', () => widgets.slider({ min: 2, max: 1 }));
    refused('range-empty', () => widgets.slider({ max: Infinity }));
    refused('range-empty', () => widgets.slider({ scale: 'logarithmic', min: 0 }));
    refused('number-out-of-range', () => widgets.slider({ value: Number.NaN }));
    refused('number-out-of-range', () => widgets.slider({ step: 0 }));
    refused('number-out-of-range', () => {
      widgets.slider().value = 2;
    });
    refused('integer-out-of-range', () => widgets.numberInput({ integer: true, value: 1.5 }));
    refused('widget-range-expected', () => widgets.rangeSlider({ value: [1, 0] }));
    refused('options-empty', () => widgets.dropdown({ options: [] }));
    refused('option-not-found', () => widgets.dropdown({ options: ['a'], value: 'b' }));
    refused('widget-expected', () => widgets.vbox(['text' as unknown as widgets.Widget]));
    refused('widget-text-expected', () => widgets.label(7 as unknown as string));
    refused('unknown-layout-property', () => widgets.label('', { layout: { widht: '1em' } as object }));
  });

  test('selections hold values, not labels, and keep the value when the options change', () => {
    const loss = widgets.dropdown<string>({ options: { 'cross-entropy': 'bce', Gaussian: 'nll' }, value: 'nll' });
    assert.equal(loss.value, 'nll');
    assert.equal(loss.choice, 'Gaussian');
    loss.options = ['mae', 'nll'];
    assert.equal(loss.value, 'nll');
    assert.equal(loss.index, 1);
    loss.options = ['mae', 'huber'];
    assert.equal(loss.value, 'mae');
    const heads = widgets.selectMultiple({ options: ['a', 'b', 'c'], value: ['c'] });
    heads.value = ['a', 'c'];
    assert.deepEqual(heads.value, ['a', 'c']);
  });

  test('a password is never printed', () => {
    assert.ok(!widgets.password({ label: 'key', value: 'secret' }).toString().includes('secret'));
  });
});
