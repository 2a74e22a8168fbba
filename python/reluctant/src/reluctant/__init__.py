"""What keeps a neural network from learning: recordings of trainings in Python, and their diagnosis.

``reluctant.keras.Callback`` and ``reluctant.torch.Watcher`` write a training into a folder; :func:`diagnose` names the cause.
"""

from ._diagnosis import Diagnosis, ProgramMissing, ProgramFailed, Verdict, diagnose

__all__ = ["Diagnosis", "ProgramFailed", "ProgramMissing", "Verdict", "diagnose"]
__version__ = "0.1.0"
