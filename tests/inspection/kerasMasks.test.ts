import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertModel } from '../../src/inspection/keras/config';

const layer = (class_name: string, config: object = {}, more: object = {}) => ({
  class_name,
  config: { name: class_name.toLowerCase(), ...config },
  ...more,
});
const first = layer('InputLayer', { batch_shape: [null, 6, 3], name: 'first' }, { name: 'first', inbound_nodes: [] });
const recurrent = (more: object = {}) => layer('LSTM', { units: 2, return_sequences: false, ...more });
const sequential = (...layers: object[]) => ({
  class_name: 'Sequential',
  config: { name: 'm', layers: [first, ...layers] },
});
const convert = (model: object) => convertModel(model, { file: 'x.keras' });

/** A tensor by the name of its layer, as Keras 3 writes it. */
const from = (name: string) => ({ class_name: '__keras_tensor__', config: { shape: [], keras_history: [name, 0, 0] } });
const called = (name: string, class_name: string, config: object, args: unknown[], kwargs: object = {}) => ({
  ...layer(class_name, { ...config, name }),
  name,
  inbound_nodes: [{ args, kwargs }],
});
const operation = (name: string, class_name: string, config: object, args: unknown[]) => ({
  module: 'keras.src.ops.numpy',
  ...called(name, class_name, config, args),
});

/** A functional model as Keras 3 writes one with a mask: the operations that make it stand among the layers. */
const functional = (maskValue = 0, masked = 'first') => ({
  class_name: 'Functional',
  config: {
    name: 'm',
    layers: [
      first,
      operation('not_equal', 'NotEqual', {}, [from(masked), maskValue]),
      called('masking', 'Masking', { mask_value: 0 }, [from('first')]),
      operation('any', 'Any', { axis: -1, keepdims: false }, [from('not_equal')]),
      called('lstm', 'LSTM', { units: 2 }, [from('masking')], { training: false, mask: from('any') }),
    ],
    input_layers: ['first', 0, 0],
    output_layers: ['lstm', 0, 0],
  },
});

test('operations that Keras 3 makes masks by are no layers of the model', () => {
  const names = convert(functional()).layers.map(({ name }) => name);
  assert.deepEqual(names, ['first', 'masking', 'lstm']);
});

test('a mask that would be another one here is refused, naming the layer', () => {
  for (const [model, says] of [
    [functional(0.5), /another mask than that of its input.*layer lstm/s],
    [functional(0, 'masking'), /another mask than that of its input.*layer lstm/s],
    [
      sequential(layer('Masking'), layer('GlobalAveragePooling1D')),
      /would count the masked steps.*layer globalaveragepooling1d/s,
    ],
    [sequential(layer('Masking'), layer('Flatten')), /would count the masked steps.*layer flatten/s],
    [
      sequential(
        layer('Masking'),
        recurrent(),
        layer('RepeatVector', { n: 4 }),
        recurrent({ name: 'decoder', return_sequences: true }),
      ),
      /behind one at which a mask has ended.*layer decoder/s,
    ],
    [
      sequential(
        layer('Sequential', {
          name: 'inner',
          layers: [first, layer('Masking'), recurrent({ return_sequences: true })],
        }),
        recurrent(),
      ),
      /a model within a model hands a mask on.*layer lstm/s,
    ],
  ] as const)
    assert.throws(() => convert(model), says, JSON.stringify(model).slice(0, 300));
});

test('behind the recurrent layer that ends a mask any layer may stand', () => {
  const model = sequential(layer('Masking', { mask_value: -1 }), recurrent(), layer('BatchNormalization'));
  assert.deepEqual(
    convert(model).layers.map(({ class_name }) => class_name),
    ['InputLayer', 'Masking', 'LSTM', 'BatchNormalization'],
  );
});
