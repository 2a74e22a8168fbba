"""Model files of every kind that inspect.file reads, with the numbers NumPy sees in them.

Run from the project folder: .venv/bin/python tests/inspection/reference/model_files.py
"""

import json
import os
import pathlib
import shutil

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import keras
import numpy
import safetensors.numpy
import tensorflow

folder = pathlib.Path(__file__).parent
random = numpy.random.default_rng(7)
keras.utils.set_random_seed(7)
model = keras.Sequential(
    [keras.Input((3,)), keras.layers.Dense(4, activation="relu", name="trunk"), keras.layers.Dense(1, activation="softplus", name="volatility")]
)
model.compile("adam", "mse")
model.fit(random.normal(size=(16, 3)), random.normal(size=(16, 1)), verbose=0)
arrays = {f"{layer.name}/{w.name}": numpy.asarray(w) for layer in model.layers for w in layer.weights}
model.save(folder / "small.keras")
model.save(folder / "small.h5")
shutil.rmtree(folder / "small_saved_model", ignore_errors=True)
tensorflow.saved_model.save(model, str(folder / "small_saved_model"))
for extra in ["fingerprint.pb", "assets"]:
    target = folder / "small_saved_model" / extra
    shutil.rmtree(target, ignore_errors=True) if target.is_dir() else target.unlink(missing_ok=True)
numpy.savez_compressed(folder / "small.npz", **{name.replace("/", "."): value for name, value in arrays.items()}, big=arrays["trunk/kernel"].astype(">f8"), half=numpy.array([1.5, -2, numpy.inf, numpy.nan, 6e-8], dtype="float16"))
safetensors.numpy.save_file({**arrays, "half": numpy.array([0.5, -3], dtype="float16")}, folder / "small.safetensors")
numpy.savez(folder / "objects.npz", value=numpy.array([{"a": 1}], dtype=object))
rows = random.normal(size=(5, 3)).astype("float32")
expected = {name: {"mean": float(v.astype("float64").mean()), "std": float(v.astype("float64").std()), "shape": list(v.shape)} for name, v in arrays.items()}
(folder / "model_files.json").write_text(
    json.dumps({"versions": {"keras": keras.__version__, "tensorflow": tensorflow.__version__, "numpy": numpy.__version__}, "weights": expected,
                "inputs": rows.tolist(), "outputs": model.predict(rows, verbose=0).tolist()}, indent=1) + "\n"
)
