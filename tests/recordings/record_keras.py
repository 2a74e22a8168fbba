"""Trains a model of Keras with three heads, one of them dead, records it, and prints its diagnosis as JSON.

Usage: record_keras.py FOLDER
"""

import json
import sys
import time

import keras
import numpy as np

import reluctant
import reluctant.keras

keras.utils.set_random_seed(1)
random = np.random.default_rng(0)
rows = random.normal(size=(1200, 6)).astype("float32")
targets = {
    "direction": (rows[:, :1] > 0).astype("float32"),
    "volatility": np.abs(rows[:, 1:2]) * 0.02 + 0.001,
    "magnitude": np.abs(rows[:, 2:3]),
}
inputs = keras.Input((6,), name="prices")
trunk = keras.layers.Dense(16, activation="relu")(keras.layers.Dense(32, activation="relu")(inputs))
dead = keras.initializers.Constant(-3)
model = keras.Model(
    {"prices": inputs},
    {
        "direction": keras.layers.Dense(1, activation="sigmoid")(trunk),
        "volatility": keras.layers.Dense(1, activation="relu", bias_initializer=dead)(trunk),
        "magnitude": keras.layers.Dense(1, activation="softplus")(trunk),
    },
)
model.compile("adam", loss={"direction": "binary_crossentropy", "volatility": "mse", "magnitude": "mse"})
part = {name: value[:960] for name, value in targets.items()}
held = ({"prices": rows[960:]}, {name: value[960:] for name, value in targets.items()})
recorder = reluctant.keras.Callback(sys.argv[1], {"prices": rows[:960]}, part, held)
model.fit({"prices": rows[:960]}, part, validation_data=held, epochs=20, verbose=0, callbacks=[recorder])
predicted = model.predict(held[0], verbose=0)
begun = time.perf_counter()
found = reluctant.diagnose(sys.argv[1], confirm=True, html=sys.argv[1] + ".html")
print(
    json.dumps(
        {
            "seconds": time.perf_counter() - begun,
            "first": [found.verdicts[0].cause, found.verdicts[0].where, found.verdicts[0].code],
            "confirmed": found.confirmed,
            "text": str(found),
            "html": found._repr_html_(),
            "predicted": {name: float(np.mean(value)) for name, value in predicted.items()},
        }
    )
)
