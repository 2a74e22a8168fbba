import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as widgets from '../../src/notebook/widgets';
import { Model } from '../../src/notebook/widgets/model';
import { packState, type State, unpackState } from '../../src/notebook/widgets/wire';
import reference from './reference/widgets.json';

/** Our widgets, made as `reference/widgets.py` makes those of ipywidgets. */
const OURS: Record<string, () => widgets.Model> = {
  'slider whole': () => widgets.slider({ value: 3, min: 1, max: 9, step: 2, label: 'epochs' }),
  'slider fraction': () => widgets.slider({ value: 0.3, min: 0, max: 1, step: 0.05, label: 'weight' }),
  'slider logarithmic': () =>
    widgets.slider({ scale: 'logarithmic', value: 0.001, min: 1e-5, max: 1e-1, label: 'rate' }),
  'slider quiet': () =>
    widgets.slider({
      continuousUpdate: false,
      orientation: 'vertical',
      readout: false,
      disabled: true,
      tooltip: 'tip',
    }),
  'range whole': () => widgets.rangeSlider({ value: [20, 80], min: 0, max: 100, step: 1 }),
  'range fraction': () => widgets.rangeSlider(),
  dropdown: () => widgets.dropdown({ options: { one: 1, two: 2 }, value: 2, label: 'pick' }),
  select: () => widgets.select({ options: ['a', 'b', 'c'], rows: 3 }),
  'select multiple': () => widgets.selectMultiple({ options: ['a', 'b', 'c'], value: ['a', 'c'] }),
  'toggle buttons': () => widgets.toggleButtons({ options: ['a', 'b'], tooltips: ['A', 'B'], buttonStyle: 'info' }),
  'radio buttons': () => widgets.radioButtons({ options: ['a', 'b'] }),
  checkbox: () => widgets.checkbox({ value: true, label: 'shuffle', indent: false }),
  'toggle button': () => widgets.toggleButton({ value: true, label: 'live', icon: 'play' }),
  button: () => widgets.button({ label: 'go', icon: 'play', buttonStyle: 'primary', disabled: true }),
  text: () => widgets.text({ value: 'x', placeholder: 'name', label: 'name', continuousUpdate: false }),
  password: () => widgets.password(),
  'text area': () => widgets.textArea({ rows: 4 }),
  'number whole': () => widgets.numberInput({ integer: true, value: 7 }),
  'number fraction': () => widgets.numberInput({ value: 0.5, step: 0.1 }),
  'number whole bounded': () => widgets.numberInput({ integer: true, value: 7, min: 0, max: 10 }),
  'number bounded': () => widgets.numberInput({ value: 0.5, min: 0, max: 1 }),
  'progress whole': () => widgets.progressBar({ value: 3, max: 10, barStyle: 'success' }),
  'progress fraction': () => widgets.progressBar({ value: 0.5 }),
  play: () => widgets.play({ min: 0, max: 30, value: 5, interval: 200, repeat: true }),
  html: () => widgets.html('<b>x</b>'),
  label: () => widgets.label('x'),
  hbox: () => widgets.hbox([widgets.label('x')], { boxStyle: 'info' }),
  vbox: () => widgets.vbox([], { layout: { width: '50%', gridGap: '4px' } }),
  'grid box': () => widgets.gridBox([], { columns: 2 }),
  accordion: () => widgets.accordion({ X: widgets.label('x') }),
  tabs: () => widgets.tabs({ X: widgets.label('x') }),
  output: () => widgets.output(),
  link: () => widgets.jsLink(widgets.label('a'), widgets.label('b')),
  'link one way': () => widgets.jsLink(widgets.label('a'), widgets.label('b'), { oneWay: true }),
  'any widget': () => widgets.anyWidget({ esm: 'export default { render() {} }', css: 'b { color: red }', state: {} }),
};

/** A state with those of the models it refers to in it. */
function whole(value: unknown): unknown {
  if (value instanceof Model) return whole((value as unknown as { state: State }).state);
  if (Array.isArray(value)) return value.map(whole);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, whole(item)]));
}

describe(`the states of ipywidgets ${reference.versions.ipywidgets} and ours are equal`, () => {
  const expected = reference.widgets as Record<string, State>;

  test('every reference has a widget and every widget a reference', () => {
    assert.deepEqual(Object.keys(OURS).sort(), Object.keys(expected).sort());
  });

  for (const [name, make] of Object.entries(OURS)) {
    test(name, () => {
      const ours = whole(make()) as State;
      const theirs = { ...expected[name] };
      if (name === 'any widget') {
        // The name of the Python class, and the version of the extension, which ours leave open.
        for (const key of ['_anywidget_id', '_model_module_version', '_view_module_version']) {
          delete ours[key];
          delete theirs[key];
        }
      }
      assert.deepEqual(ours, theirs);
    });
  }
});

test('binary parts leave a state as those of ipywidgets do, and come back', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  const make = () => ({ plain: [0, 'text'], x: { array: bytes(1, 2) }, list: [1, bytes(3), { deep: bytes(4) }] });
  const packed = packState(make());
  assert.deepEqual(
    { state: packed.state, paths: packed.bufferPaths, buffers: packed.buffers.map((part) => [...part]) },
    reference.packing,
  );
  assert.deepEqual(unpackState(packed.state, packed.bufferPaths, packed.buffers), make());
});

test('a typed array that is a window of a larger one travels as that window', () => {
  const window = new Float32Array([1, 2, 3, 4]).subarray(1, 3);
  const [bytes] = packState({ window }).buffers;
  assert.deepEqual([...new Float32Array(bytes!.slice().buffer)], [2, 3]);
});

test('paths of buffers that lead nowhere or to prototypes are passed over', () => {
  const state = { a: 1 } as State;
  const paths = [
    ['a', 'b'],
    ['missing', 'x'],
    ['__proto__'],
    ['__proto__', 'polluted'],
    ['constructor', 'prototype', 'p'],
    [],
    7,
  ];
  unpackState(state, paths, Array(7).fill(Uint8Array.of(1)));
  assert.deepEqual(state, { a: 1 });
  assert.equal(({} as State)['polluted'], undefined);
  assert.equal(({} as State)['p'], undefined);
});
