"""What recording costs a training of two million weights: the same training without and with the recorder, in turn.

Usage: callback.py keras|torch ROUNDS ROWS EPOCHS   (PYTHONPATH=python/reluctant/src). A line of JSON per pair.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

# This folder holds a profile.py, which PyTorch would take for Python's own.
sys.path.pop(0)
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Threads that wait for each other on a busy machine would count as work.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
#: 20 days of 70 features, flat, and the widths of the layers behind them: 2,025,345 weights.
INPUTS, UNITS = 1400, (1024, 512, 128)
BATCH = 256


def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    x = random.standard_normal((count, INPUTS), dtype="float32")
    return x, (np.sin(x[:, :1]) + 0.5 * x[:, 1:2]).astype("float32")


#: Processor seconds inside the recorder since this was set to 0: what other programs on the machine do not disturb.
own = 0.0


def clocked(kind: type, *names: str) -> None:
    """Lets the methods of a recorder count their processor time; once for each."""

    def counting(method):
        def call(*args, **settings):
            global own
            before = time.process_time()
            try:
                return method(*args, **settings)
            finally:
                own += time.process_time() - before

        call.counts = True
        return call

    for name in names:
        if not hasattr(getattr(kind, name), "counts"):
            setattr(kind, name, counting(getattr(kind, name)))


def with_keras(x: np.ndarray, y: np.ndarray, epochs: int, folder: Path | None) -> tuple[float, int]:
    import keras

    keras.utils.set_random_seed(1)
    hidden = [keras.layers.Dense(units, activation="relu") for units in UNITS]
    model = keras.Sequential([keras.Input((INPUTS,)), *hidden, keras.layers.Dense(1)])
    model.compile("adam", loss="mse")
    callbacks = []
    begun = time.perf_counter()
    if folder:
        import reluctant.keras

        clocked(reluctant.keras.Callback, "__init__", "on_train_begin", "on_epoch_end", "on_train_end")
        callbacks = [reluctant.keras.Callback(folder, x, y)]
    model.fit(x, y, epochs=epochs, batch_size=BATCH, verbose=0, callbacks=callbacks)
    return time.perf_counter() - begun, model.count_params()


def with_torch(x: np.ndarray, y: np.ndarray, epochs: int, folder: Path | None) -> tuple[float, int]:
    import torch
    from torch import nn

    torch.manual_seed(1)
    widths = [INPUTS, *UNITS]
    hidden = [part for a, b in zip(widths, widths[1:]) for part in (nn.Linear(a, b), nn.ReLU())]
    model = nn.Sequential(*hidden, nn.Linear(widths[-1], 1))
    optimizer, loss = torch.optim.Adam(model.parameters()), nn.MSELoss()
    inputs, targets = torch.as_tensor(x), torch.as_tensor(y)

    def train(after_epoch) -> None:
        for _ in range(epochs):
            losses = []
            for batch in torch.randperm(len(inputs)).split(BATCH):
                optimizer.zero_grad()
                one = loss(model(inputs[batch]), targets[batch])
                one.backward()
                optimizer.step()
                losses.append(one.item())
            after_epoch(loss=sum(losses) / len(losses))

    begun = time.perf_counter()
    if folder:
        import reluctant.torch

        clocked(reluctant.torch.Watcher, "__init__", "epoch", "__exit__")
        with reluctant.torch.Watcher(
            model, folder, inputs=inputs, targets=targets, losses=loss, optimizer=optimizer, batch_size=BATCH
        ) as watcher:
            train(watcher.epoch)
    else:
        train(lambda **_: None)
    return time.perf_counter() - begun, sum(one.numel() for one in model.parameters())


def main() -> None:
    global own
    framework, rounds, count, epochs = sys.argv[1], *map(int, sys.argv[2:5])
    train = {"keras": with_keras, "torch": with_torch}[framework]
    x, y = rows(count)
    with tempfile.TemporaryDirectory() as place:
        train(x, y, 1, Path(place) / "first")  # what is loaded on first use
        for pair in range(rounds):
            took, cpu = {}, {}
            # The second of two runs may be slower or faster for being the second: the order changes.
            for recorded in (False, True) if pair % 2 == 0 else (True, False):
                own = 0.0 if recorded else own
                before = time.process_time()
                took[recorded], weights = train(x, y, epochs, Path(place) / str(pair) if recorded else None)
                cpu[recorded] = time.process_time() - before
            looks = {row["epoch"] for row in json.loads((Path(place) / str(pair) / "statistics.json").read_text())}
            seconds = {"plain": took[False], "recorded": took[True], "plainCPU": cpu[False], "recordedCPU": cpu[True], "ownCPU": own}
            print(json.dumps({**seconds, "weights": weights, "looks": len(looks)}), flush=True)


if __name__ == "__main__":
    main()
