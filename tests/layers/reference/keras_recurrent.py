"""Recurrent layers of Keras for the tests of src/layers: outputs, and gradients to the inputs and the weights.

Written with Keras 3.15.1 on TensorFlow 2.21.0:
python tests/layers/reference/keras_recurrent.py > tests/layers/reference/keras_recurrent.json
"""

import json

import keras
import numpy as np
import tensorflow as tf
from keras import layers

SAMPLES, TIME, CHANNELS, UNITS = 3, 5, 2, 4
CASES = {
    "LSTM": (layers.LSTM, {}),
    "LSTM, sequences": (layers.LSTM, {"return_sequences": True}),
    "LSTM, backwards": (layers.LSTM, {"go_backwards": True, "return_sequences": True}),
    "LSTM, other activations": (layers.LSTM, {"activation": "relu", "recurrent_activation": "tanh", "use_bias": False}),
    "LSTM, masked": (layers.LSTM, {"masked": True}),
    "GRU, reset before": (layers.GRU, {"reset_after": False}),
    "GRU, reset before, sequences": (layers.GRU, {"reset_after": False, "return_sequences": True}),
    "GRU, reset before, masked": (layers.GRU, {"reset_after": False, "return_sequences": True, "masked": True}),
    "GRU, reset after": (layers.GRU, {}),
    "GRU, reset after, backwards": (layers.GRU, {"go_backwards": True, "return_sequences": True}),
    "SimpleRNN": (layers.SimpleRNN, {}),
    "SimpleRNN, sequences": (layers.SimpleRNN, {"return_sequences": True, "activation": "sigmoid"}),
    "Bidirectional LSTM": (layers.LSTM, {"return_sequences": True, "bidirectional": "concat"}),
    "Bidirectional GRU": (layers.GRU, {"reset_after": False, "bidirectional": "sum"}),
}

keras.config.set_floatx("float64")
random = np.random.default_rng(3)
written = {}
for name, (kind, options) in CASES.items():
    options = dict(options)
    masked, both = options.pop("masked", False), options.pop("bidirectional", None)
    layer = kind(UNITS, **options)
    layer = layers.Bidirectional(layer, merge_mode=both) if both else layer
    x = tf.constant(random.normal(size=(SAMPLES, TIME, CHANNELS)))
    mask = np.ones((SAMPLES, TIME), bool)
    if masked:
        mask[1, 3:], mask[2, 1] = False, False
        x = x * mask[:, :, None]
    layer.build(x.shape)
    layer.set_weights([random.normal(size=weight.shape) * 0.5 for weight in layer.get_weights()])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = layer(x, mask=tf.constant(mask)) if masked else layer(x)
        factors = random.normal(size=y.shape)
        total = tf.reduce_sum(y * factors)
    variables = [weight.value for weight in layer.trainable_weights]
    gradients = tape.gradient(total, [x, *variables])
    lists = lambda arrays: [{"shape": list(a.shape), "values": [float(f"{v:.9g}") for v in np.ravel(a)]} for a in arrays]
    written[name] = {
        **dict(zip(["x", "factors", "output", "inputGradient"], lists([x, factors, y, gradients[0]]))),
        "weights": lists(layer.get_weights()),
        "gradients": lists(gradients[1:]),
    }
print(json.dumps({"keras": keras.__version__, "cases": written}))
