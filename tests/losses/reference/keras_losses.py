"""Losses of Keras for the tests of src/losses: one number per row, and the gradient of their mean with respect to the predictions.

Written with Keras 3.15.1 on TensorFlow 2.21.0: python tests/losses/reference/keras_losses.py > tests/losses/reference/keras_losses.json
"""

import json

import keras
import tensorflow as tf

TARGETS = [[0.5, -1.0, 2.0], [0.0, 0.25, -0.75], [3.0, -4.0, 0.1], [1.5, 1.5, 1.5]]
PREDICTIONS = [[0.25, -3.5, 2.5], [0.1, 0.2, 0.7], [-2.0, 8.0, 0.3], [1.0, 2.9, 40.0]]
LABELS = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.2, 0.3, 0.5], [0.0, 0.0, 1.0]]
COUNTS = [[0.0, 2.0, 1.0], [3.0, 0.0, 5.0], [1.0, 1.0, 4.0], [0.0, 7.0, 2.0]]
MEANS = [[0.4, 1.5, 1.2], [2.0, 0.1, 6.0], [0.9, 3.0, 4.5], [0.2, 5.0, 2.5]]
SIGNS = [[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0], [1.0, 1.0, -1.0], [-1.0, 1.0, 1.0]]
HOT = [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]
CLASSES = [[1.0], [0.0], [2.0], [2.0]]
DISTRIBUTIONS = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8], [0.05, 0.9, 0.05]]
PROBABILITIES = [[0.2, 0.5, 0.3], [0.9, 0.6, 0.3], [0.1, 0.1, 0.8], [1.0, 0.0, 0.0]]

LOSSES = {
    "meanSquaredError": (keras.losses.mean_squared_error, TARGETS, PREDICTIONS),
    "meanAbsoluteError": (keras.losses.mean_absolute_error, TARGETS, PREDICTIONS),
    "huber": (keras.losses.huber, TARGETS, PREDICTIONS),
    "logCosh": (keras.losses.log_cosh, TARGETS, PREDICTIONS),
    "categoricalCrossentropy": (keras.losses.categorical_crossentropy, LABELS, PROBABILITIES),
    "binaryCrossentropy": (keras.losses.binary_crossentropy, LABELS, PROBABILITIES),
    "meanAbsolutePercentageError": (keras.losses.mean_absolute_percentage_error, TARGETS[2:], PREDICTIONS[2:]),
    "meanSquaredLogarithmicError": (keras.losses.mean_squared_logarithmic_error, COUNTS, MEANS),
    "poisson": (keras.losses.poisson, COUNTS, MEANS),
    "hinge": (keras.losses.hinge, SIGNS, PREDICTIONS),
    "squaredHinge": (keras.losses.squared_hinge, SIGNS, PREDICTIONS),
    "cosineSimilarity": (keras.losses.cosine_similarity, TARGETS, PREDICTIONS),
    "categoricalCrossentropyFromLogits": (
        lambda t, p: keras.losses.categorical_crossentropy(t, p, from_logits=True),
        LABELS,
        PREDICTIONS,
    ),
    "categoricalFocalCrossentropy": (keras.losses.categorical_focal_crossentropy, HOT, DISTRIBUTIONS),
    "sparseCategoricalCrossentropy": (
        lambda t, p: keras.losses.sparse_categorical_crossentropy(t[:, 0], p),
        CLASSES,
        DISTRIBUTIONS,
    ),
    "sparseCategoricalCrossentropyFromLogits": (
        lambda t, p: keras.losses.sparse_categorical_crossentropy(t[:, 0], p, from_logits=True),
        CLASSES,
        PREDICTIONS,
    ),
    "binaryCrossentropyFromLogits": (
        lambda t, p: keras.losses.binary_crossentropy(t, p, from_logits=True),
        LABELS,
        PREDICTIONS,
    ),
    "binaryFocalCrossentropy": (keras.losses.binary_focal_crossentropy, HOT, DISTRIBUTIONS),
    "klDivergence": (keras.losses.kl_divergence, LABELS, DISTRIBUTIONS),
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
