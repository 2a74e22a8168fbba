"""papermill for TypeScript notebooks on the reluctant kernel.

papermill reads and writes parameters in the language of a notebook through a "translator", and has none for TypeScript.
Importing this package registers one; papermill imports it by itself, because of the entry point in pyproject.toml:

    papermill notebook.ipynb executed.ipynb -p learningRate 0.01
    papermill --help-notebook notebook.ipynb

Declarations are read, and values are checked, by the kernel's own TypeScript (`reluctant parameters`), before anything is
run: an unknown name and a wrong type are errors, and a value never becomes code.
"""

import json
import shutil
import subprocess
import threading
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from papermill.engines import NBClientEngine
from papermill.exceptions import PapermillException
from papermill.models import Parameter
from papermill.translators import papermill_translators

KERNEL = "reluctant"
LANGUAGE = "typescript"
SECONDS = 120  # the program that reads declarations needs one or two


def command():
    """The `reluctant` command of the installation whose kernel Jupyter would start."""
    try:
        argv = KernelSpecManager().get_kernel_spec(KERNEL).argv
    except NoSuchKernel:
        raise PapermillException(
            f'Jupyter knows no kernel "{KERNEL}"; run in the project folder: npx reluctant kernel install'
        ) from None
    # Node comes first, or behind the shell that keeps the kernel.
    node = argv[2] if argv[0] == "/bin/sh" and len(argv) > 2 else argv[0]
    for argument in argv[1:]:
        program = Path(argument).parent.parent / "bin" / "reluctant.js"
        if Path(argument).name == "launcher.js" and program.is_file():
            return [shutil.which(node) or node, str(program)]
    raise PapermillException(
        f'the kernel "{KERNEL}" starts an installation that is gone; run: npx reluctant kernel doctor'
    )


def ask(cell, *arguments):
    """Calls `reluctant parameters` on a notebook that consists of one cell."""
    notebook = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": [cell]}
    done = subprocess.run(
        [*command(), "parameters", "-", "--json", *arguments],
        input=json.dumps(notebook),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise PapermillException(done.stderr.strip().removeprefix("reluctant: ") or "reluctant parameters failed")
    return json.loads(done.stdout)


def json_of(values):
    """The values as JSON; what JSON does not have (NaN, dates) is refused instead of being turned into a text."""
    try:
        return json.dumps(values, allow_nan=False)
    except (TypeError, ValueError) as problem:
        raise PapermillException(f"parameters of TypeScript notebooks are JSON values: {problem}") from None


class TypeScriptTranslator:
    """Reads the declarations of the cell tagged `parameters`, and writes the cell that sets them."""

    def __init__(self):
        self._seen = threading.local()

    def inspect(self, parameters_cell):
        """papermill calls this for `--help-notebook`, and before `codify`."""
        source = parameters_cell["source"]
        self._seen.cell = {
            "cell_type": "code",
            "metadata": {"tags": ["parameters"]},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        return [
            Parameter(found["name"], found["type"], found["default"] or "None", found["comment"])
            for found in ask(self._seen.cell)
        ]

    def codify(self, parameters, comment="Parameters"):
        """The cell that papermill puts after the declarations: assignments, so that TypeScript checks their types."""
        cell = getattr(self._seen, "cell", None)
        self._seen.cell = None
        if not parameters:
            return f"// {comment}\n"
        if cell is None:
            names = ", ".join(parameters)
            raise PapermillException(f'the notebook has no cell tagged "parameters" that declares {names}')
        lines = ask(cell, f"--values={json_of(dict(parameters))}")["cell"].split("\n")
        return "\n".join([f"// {' '.join(comment.split())}", *lines[1:], ""])


class ReluctantEngine(NBClientEngine):
    """papermill's own engine under another name: an entry point has to name one."""


papermill_translators.register(KERNEL, TypeScriptTranslator())
papermill_translators.register(LANGUAGE, TypeScriptTranslator())
