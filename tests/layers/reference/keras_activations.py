"""Activations of Keras for the tests of src/layers: values and slopes on a grid, in double precision.

Written with Keras 3.15.1 on TensorFlow 2.21.0:
python tests/layers/reference/keras_activations.py > tests/layers/reference/keras_activations.json
"""

import json

import keras
import tensorflow as tf

NAMES = [
    "linear", "relu", "relu6", "leaky_relu", "elu", "celu", "selu", "sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign",
    "softplus", "squareplus", "exponential", "log_sigmoid", "gelu", "silu", "swish", "hard_silu", "hard_swish", "mish",
    "tanh_shrink", "soft_shrink", "hard_shrink", "softmax", "log_softmax",
]
# Between the kinks, which all lie on quarters.
POINTS = [-12.1, -7.3, -4.7, -3.1, -2.6, -1.55, -0.9, -0.55, -0.3, -0.1, 0.1, 0.3, 0.55, 0.9, 1.55, 2.6, 3.1, 4.7, 6.6, 12.1]

keras.config.set_floatx("float64")
activations = {}
for name in NAMES:
    x = tf.Variable([POINTS], dtype="float64")
    with tf.GradientTape() as tape:
        y = keras.activations.get(name)(x)
    activations[name] = {
        "values": [float(f"{value:.10g}") for value in y.numpy()[0]],
        "slopes": [float(f"{value:.10g}") for value in tape.gradient(y, x).numpy()[0]],
    }
print(json.dumps({"keras": keras.__version__, "points": POINTS, "activations": activations}, indent=1))
