"""Trains a model of Keras with three heads, one of them dead, records it, and prints its diagnosis as JSON.

Usage: record_keras.py FOLDER
"""

import json
import sys
import time
from pathlib import Path

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


def looked_at(folder: str) -> dict:
    """What the recorder saw of the dead head after its first look."""
    rows = [row for row in json.loads((Path(folder) / "statistics.json").read_text()) if row["epoch"] == 0]
    of = {(row["of"], row.get("weight") or row.get("layer") or row.get("head")): row for row in rows}
    name = next(layer.name for layer in model.layers if layer.output is model.output["volatility"])
    return {
        "deadGradient": of["gradient", f"{name}/kernel"]["norm"],
        "deadUnits": of["activation", name]["deadShare"],
        "aliveGradient": of["gradient", f"{model.layers[1].name}/kernel"]["norm"],
        "predicted": of["prediction", "volatility"]["zeroShare"],
    }


def trained_weights(recorded: bool) -> list:
    """A training with dropout and normalisation, with and without a recorder."""
    keras.utils.set_random_seed(2)
    layers = [keras.layers.Dense(8, activation="relu"), keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)]
    other = keras.Sequential([*layers, keras.layers.Dense(1)])
    other.compile("adam", loss="mse", metrics=["mae"])
    callbacks = [reluctant.keras.Callback(sys.argv[1] + "-sequential", rows, rows[:, :1])] if recorded else []
    other.fit(rows, rows[:, :1], epochs=3, verbose=0, callbacks=callbacks)
    return [*other.get_weights(), *map(float, other.get_metrics_result().values())]


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
            "looked": looked_at(sys.argv[1]),
            "untouched": all(np.array_equal(a, b) for a, b in zip(trained_weights(False), trained_weights(True))),
            "predicted": {name: float(np.mean(value)) for name, value in predicted.items()},
        }
    )
)
