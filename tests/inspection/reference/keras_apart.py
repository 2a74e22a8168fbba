"""A model of Keras as layers and weights apart: model.json, weights.safetensors, a SavedModel's variables, rows and what it predicts for them.

Usage: keras_apart.py FOLDER
"""

import sys

import keras
import numpy as np
from safetensors.numpy import save_file

folder = sys.argv[1]
keras.utils.set_random_seed(1)
inputs = keras.Input((8, 3), name="x")
hidden = keras.layers.LSTM(4, return_sequences=True)(inputs)
hidden = keras.layers.Bidirectional(keras.layers.GRU(3))(hidden)
hidden = keras.layers.BatchNormalization()(hidden)
hidden = keras.layers.Dense(5, activation="relu")(hidden)
model = keras.Model(inputs, {"a": keras.layers.Dense(1, name="a")(hidden), "b": keras.layers.Dense(2, name="b")(hidden)})
model.compile("adam", loss={"a": "mse", "b": "mse"})
rows = np.random.default_rng(0).normal(size=(40, 8, 3)).astype("float32")
model.fit(rows, {"a": rows[:, 0, :1], "b": rows[:, 0, 1:]}, epochs=2, verbose=0)
model.export(folder, verbose=False)
with open(f"{folder}/model.json", "w") as file:
    file.write(model.to_json())
save_file({one.path: np.asarray(one) for one in model.weights}, f"{folder}/weights.safetensors")
np.savez(f"{folder}/rows.npz", x=rows, **{f"predicted_{head}": given for head, given in model.predict(rows, verbose=0).items()})
