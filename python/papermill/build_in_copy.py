"""Builds the package from a copy: setuptools writes beside the sources, and a checkout is to stay as it was."""

import os
import shutil
import tempfile
from pathlib import Path

from setuptools import build_meta


def _in_copy(name):
    def hook(*arguments, **options):
        here = Path.cwd()
        with tempfile.TemporaryDirectory() as folder:
            ignored = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
            os.chdir(shutil.copytree(here, Path(folder) / "source", ignore=ignored))
            try:
                return getattr(build_meta, name)(*arguments, **options)
            finally:
                os.chdir(here)

    return hook


build_wheel = _in_copy("build_wheel")
build_sdist = _in_copy("build_sdist")
get_requires_for_build_wheel = _in_copy("get_requires_for_build_wheel")
get_requires_for_build_sdist = _in_copy("get_requires_for_build_sdist")
prepare_metadata_for_build_wheel = _in_copy("prepare_metadata_for_build_wheel")
