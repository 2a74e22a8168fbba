"""Prints, as one line of JSON, what `reluctant kernel doctor` wants to know of this Python environment."""

import importlib.metadata
import json
import os
import sys

PACKAGES = ["jupyter_client", "nbclient", "nbformat", "nbconvert", "jupyterlab", "ipywidgets", "anywidget", "plotly"]
OPTIONAL = ["papermill", "reluctant-papermill"]


def version(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def kernelspecs(name):
    """All kernelspecs of a name, in the order in which Jupyter looks for them: the first is the one that counts."""
    from jupyter_core.paths import jupyter_path

    found = []
    for folder in jupyter_path("kernels"):
        file = os.path.join(folder, name, "kernel.json")
        if not os.path.isfile(file):
            continue
        try:
            with open(file, encoding="utf-8") as stream:
                spec = json.load(stream)
        except ValueError:
            spec = None
        found.append({"folder": os.path.dirname(file), "spec": spec})
    return found


def extensions():
    """Names of the JupyterLab extensions that are installed as packages, without those switched off."""
    from jupyter_core.paths import jupyter_path

    names = set()
    for folder in jupyter_path("labextensions"):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.listdir(folder)):
            inner = os.path.join(folder, entry)
            nested = [f"{entry}/{name}" for name in os.listdir(inner)] if entry.startswith("@") else [entry]
            names.update(name for name in nested if os.path.isfile(os.path.join(folder, name, "package.json")))
    return sorted(names)


try:
    report = {
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in PACKAGES},
        "optional": {name: version(name) for name in OPTIONAL},
        "kernelspecs": kernelspecs(sys.argv[1]),
        "extensions": extensions(),
    }
except ImportError as problem:
    report = {"python": sys.version.split()[0], "problem": str(problem)}
print(json.dumps(report))
