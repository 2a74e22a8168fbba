"""Keras on layers that keep something from step to step: the states of recurrent layers, and the vector of spectral normalization.

Usage, from the project folder:  .venv/bin/python tests/training/kerasKept.py

Writes kerasKept.json, and the models before training as stateful.keras, spectral.keras and spectral.h5. Data are sines of their index.
"""

import json
import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np

layers = keras.layers
HERE = pathlib.Path(__file__).parent
BATCH = 4


def wave(shape, frequency):
    return np.sin(frequency * np.arange(1, int(np.prod(shape)) + 1)).reshape(shape).astype("float32")


def rounded(values):
    return [float(f"{value:.8g}") for value in np.ravel(values)]


class Losses(keras.callbacks.Callback):
    """The loss of every batch, out of the mean since the epoch began."""

    def __init__(self):
        super().__init__()
        self.losses = []
        self.validation = []

    def on_train_batch_end(self, batch, logs=None):
        total = logs["loss"] * (batch + 1)
        self.losses.append(total - self.total if batch else total)
        self.total = total

    def on_epoch_end(self, epoch, logs=None):
        if "val_loss" in logs:
            self.validation.append(logs["val_loss"])


def stateful():
    keras.utils.set_random_seed(5)
    kept = {"stateful": True, "return_sequences": True}
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(BATCH, 6, 3)),
            layers.LSTM(5, **kept),
            layers.Bidirectional(layers.SimpleRNN(3, **kept)),
            layers.GRU(4, reset_after=False, **kept),
            layers.Bidirectional(layers.GRU(3, **kept)),
            layers.GRU(4, stateful=True),
            layers.Dense(1),
        ]
    )
    model.save(HERE / "stateful.keras")
    inputs = wave((20, 6, 3), 1.3)
    targets = np.mean(inputs**2, axis=(1, 2))[:, None] + 0.3 * wave((20, 1), 0.7)
    more = wave((8, 6, 3), 0.9)
    written = {}
    for way in ["alone", "validated"]:
        model = keras.models.load_model(HERE / "stateful.keras")
        model.compile(keras.optimizers.Adam(0.01), "mean_squared_error")
        watched = Losses()
        validation = {"validation_data": (more, wave((8, 1), 0.4))} if way == "validated" else {}
        settings = {"batch_size": BATCH, "epochs": 10, "shuffle": False, "verbose": 0, "callbacks": [watched]}
        model.fit(inputs, targets, **settings, **validation)
        after = model.predict(more, batch_size=BATCH, verbose=0)
        for layer in model.layers:
            if getattr(layer, "stateful", False):
                layer.reset_states() if hasattr(layer, "reset_states") else None
            for inner in (getattr(layer, "forward_layer", None), getattr(layer, "backward_layer", None)):
                if inner is not None:
                    inner.reset_states()
        reset = model.predict(more, batch_size=BATCH, verbose=0)
        written[way] = {
            "losses": rounded(watched.losses),
            "validation": rounded(watched.validation),
            "after": rounded(after),
            "reset": rounded(reset),
        }
    return written


def spectral():
    keras.utils.set_random_seed(6)
    normalized = layers.SpectralNormalization
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            normalized(layers.Conv2D(4, 3, activation="tanh", name="convolution"), name="pictures"),
            layers.Flatten(),
            normalized(
                layers.Dense(6, activation="elu", kernel_regularizer=keras.regularizers.L2(0.01), name="wide"),
                power_iterations=2,
                name="features",
            ),
            normalized(layers.Dense(3, use_bias=False, name="narrow"), name="few"),
            layers.Dense(1),
        ]
    )
    model.get_layer("few").trainable = False
    model.save(HERE / "spectral.keras")
    model.save(HERE / "spectral.h5")
    inputs = wave((16, 6, 6, 2), 1.3)
    before = model.predict(inputs, verbose=0)
    targets = np.mean(inputs[:, :2] ** 2, axis=(1, 2, 3))[:, None] + 0.3 * wave((16, 1), 0.7)
    model.compile(keras.optimizers.Adam(0.01), "mean_squared_error")
    watched = Losses()
    model.fit(inputs, targets, batch_size=8, epochs=25, shuffle=False, verbose=0, callbacks=[watched])
    vectors = [layer.vector_u for layer in model.layers if hasattr(layer, "vector_u")]
    return {
        "before": rounded(before),
        "losses": rounded(watched.losses),
        "after": rounded(model.predict(inputs, verbose=0)),
        "vectors": rounded(np.concatenate([np.ravel(vector) for vector in vectors])),
    }


def main():
    target = HERE / "kerasKept.json"
    target.write_text(json.dumps({"keras": keras.__version__, "stateful": stateful(), "spectral": spectral()}) + "\n")
    print("written", target)


main()
