"""Writes normalizations.json and a .keras file for each of the normalisations in it: 20 steps of Keras on the whole of 48 rows.

Usage, from the project folder:  .venv/bin/python tests/training/normalizations.py
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np

FOLDER = pathlib.Path(__file__).parent / "normalizations"
FOLDER.mkdir(exist_ok=True)
layers = keras.layers
KINDS = {
    "batchWithoutScale": lambda: layers.BatchNormalization(scale=False),
    "batchWithoutShift": lambda: layers.BatchNormalization(center=False),
    "batchAlongTime": lambda: layers.BatchNormalization(axis=1),
    "batchPlain": lambda: layers.BatchNormalization(axis=1, scale=False, center=False),
    "layerWithoutScale": lambda: layers.LayerNormalization(scale=False),
    "layerPlain": lambda: layers.LayerNormalization(scale=False, center=False),
    "softmaxAlongTime": lambda: layers.Softmax(axis=1),
}


def wave(shape, frequency):
    return np.sin(frequency * np.arange(1, int(np.prod(shape)) + 1)).reshape(shape).astype("float32")


x, y = 2 + wave((48, 5, 3), 1.3), wave((48, 1), 0.7)
losses = {}
for name, kind in KINDS.items():
    keras.utils.set_random_seed(1)
    source = keras.Input((5, 3))
    model = keras.Model(source, layers.Dense(1)(layers.Flatten()(kind()(layers.Dense(4, activation="tanh")(source)))))
    model.save(FOLDER / f"{name}.keras")
    model.compile(keras.optimizers.SGD(0.05, momentum=0.5), "mse")
    history = model.fit(x, y, batch_size=48, epochs=20, shuffle=False, verbose=0).history["loss"]
    losses[name] = {"losses": history, "after": float(model.evaluate(x, y, verbose=0))}
(FOLDER / "losses.json").write_text(json.dumps(losses, indent=1) + "\n")
