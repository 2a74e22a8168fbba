"""Losses of Keras for the tests of src/losses: one number per row, and the gradient of their mean with respect to the predictions.

Written with Keras 3.15.1 on TensorFlow 2.21.0: python tests/losses/reference/keras_losses.py > tests/losses/reference/keras_losses.json
"""

import json

import keras
import tensorflow as tf

TARGETS = [[0.5, -1.0, 2.0], [0.0, 0.25, -0.75], [3.0, -4.0, 0.1], [1.5, 1.5, 1.5]]
PREDICTIONS = [[0.25, -3.5, 2.5], [0.1, 0.2, 0.7], [-2.0, 8.0, 0.3], [1.0, 2.9, 40.0]]
LABELS = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5], [0.0, 0.0, 1.0]]
PROBABILITIES = [[0.2, 0.5, 0.3], [0.9, 0.6, 0.3], [0.1, 0.1, 0.8], [1.0, 0.0, 0.0]]

LOSSES = {
    "meanSquaredError": (keras.losses.mean_squared_error, TARGETS, PREDICTIONS),
    "meanAbsoluteError": (keras.losses.mean_absolute_error, TARGETS, PREDICTIONS),
    "huber": (keras.losses.huber, TARGETS, PREDICTIONS),
    "logCosh": (keras.losses.log_cosh, TARGETS, PREDICTIONS),
    "categoricalCrossentropy": (keras.losses.categorical_crossentropy, LABELS, PROBABILITIES),
    "binaryCrossentropy": (keras.losses.binary_crossentropy, LABELS, PROBABILITIES),
}

cases = {}
for name, (loss, targets, predictions) in LOSSES.items():
    watched = tf.Variable(predictions)
    with tf.GradientTape() as tape:
        rows = loss(tf.constant(targets), watched)
        mean = tf.reduce_mean(rows)
    gradient = tape.gradient(mean, watched)
    cases[name] = {
        "targets": targets,
        "predictions": predictions,
        "rows": [round(float(value), 7) for value in rows],
        "gradient": [[round(float(value), 7) for value in row] for row in gradient.numpy()],
    }
print(json.dumps({"keras": keras.__version__, "tensorflow": tf.__version__, "cases": cases}, indent=1))
