"""The diagnosis of a recorded training, by the program of that name."""

from __future__ import annotations

import html
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping

from ._folder import path_of

_HOW_TO_GET_IT = (
    "The diagnosis runs in Node.js (version 20 or later: https://nodejs.org). Then, in the folder of your project: "
    "npm install reluctant && npx reluctant setup. A program elsewhere is named by the variable RELUCTANT_COMMAND."
)


class ProgramMissing(RuntimeError):
    """Node.js or the program ``reluctant`` was not found; the message says how to get it."""


class ProgramFailed(RuntimeError):
    """The program could not diagnose the training; the message is its own."""


@dataclass(frozen=True)
class Verdict:
    """A cause that was named, most likely first.

    ``probability`` says how often a verdict like this one was right where the truth was known, from 0 to 1, and is None where the
    model could not be rebuilt and only what was recorded was looked at; ``code`` is the mend in
    the framework that the training came from, where one line can say it.
    """

    cause: str
    title: str
    where: str
    says: str
    probability: float | None
    mend: str
    wrong_if: str
    code: str | None = None

    def _sure(self) -> str:
        return "" if self.probability is None else f", {self.probability:.0%} sure"

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        lines = [f"{self.title}{place}{self._sure()}", f"  {self.says}", f"  mend: {self.mend}"]
        if self.code:
            lines.append(f"  in code: {self.code}")
        return "\n".join([*lines, f"  wrong if: {self.wrong_if}"])

    def _repr_html_(self) -> str:
        text = html.escape
        place = f" <code>{text(self.where)}</code>" if self.where else ""
        code = f"<pre>{text(self.code)}</pre>" if self.code else ""
        return (
            f"<p><b>{text(self.title)}</b>{place}{self._sure()}<br>{text(self.says)}<br>"
            f"<i>Mend:</i> {text(self.mend)}</p>{code}<p><i>Wrong if</i> {text(self.wrong_if)}</p>"
        )


@dataclass(frozen=True)
class Diagnosis:
    """What was found of a training. It shows itself in a notebook; ``raw`` is all that the program said."""

    verdicts: tuple[Verdict, ...]
    #: Skill of every head: the share of the best constant's loss that it removes, and what is easily reached.
    heads: tuple[dict[str, Any], ...]
    #: What was not known of the training.
    unknown: tuple[str, ...]
    #: Whether the mend was tried and the model got better; None where it was not tried.
    confirmed: bool | None
    raw: dict[str, Any]

    def __str__(self) -> str:
        if not self.verdicts:
            return "No verdict." + self._proof()
        return "\n".join(f"{rank}. {verdict}" for rank, verdict in enumerate(self.verdicts, 1)) + self._proof()

    def _proof(self) -> str:
        if self.confirmed is None:
            return ""
        outcome = self.raw.get("confirmation", {}).get("outcome", "")
        return f"\nThe mend was made and trained again: {'the model is better' if self.confirmed else outcome}."

    def _repr_html_(self) -> str:
        if not self.verdicts:
            return "<p>No verdict.</p>"
        items = "".join(f"<li>{verdict._repr_html_()}</li>" for verdict in self.verdicts)
        return f"<ol>{items}</ol><p>{html.escape(self._proof().strip())}</p>"


def command() -> list[str]:
    """The command line that starts the program: ``RELUCTANT_COMMAND``, the project's own, or one on the path.

    :raises ProgramMissing: where there is none.
    """
    given = os.environ.get("RELUCTANT_COMMAND")
    if given:
        return shlex.split(given)
    for folder in [Path.cwd(), *Path.cwd().parents]:
        local = folder / "node_modules" / ".bin" / ("reluctant.cmd" if os.name == "nt" else "reluctant")
        if local.exists():
            return [str(local)]
    found = shutil.which("reluctant")
    if found:
        return [found]
    what = "The program reluctant was not found." if shutil.which("node") else "Node.js was not found."
    raise ProgramMissing(f"{what} {_HOW_TO_GET_IT}")


def diagnose(
    folder: str | os.PathLike[str],
    *,
    confirm: bool = False,
    html: str | os.PathLike[str] | None = None,
    loss: str | Mapping[str, str] | None = None,
) -> Diagnosis:
    """Names what kept a recorded training from learning.

    :param folder: what a callback or watcher wrote, or a folder of ``reluctant train``.
    :param confirm: make the change of the first verdict, train again here, and say whether the model got better.
    :param html: write a page with verdict, evidence and mend to this file.
    :param loss: in place of a recorded loss of your own, the nearest of those that are known: ``"mae"``, or by head.
    :raises ProgramMissing: without Node.js or the program.
    :raises ProgramFailed: with the message of the program.
    """
    line = [*command(), "diagnose", os.fspath(path_of(folder, "the folder of a training")), "--json"]
    if confirm:
        line.append("--confirm")
    if html is not None:
        line += ["--html", os.fspath(html)]
    if loss is not None:
        line += ["--loss", *([loss] if isinstance(loss, str) else [f"{head}={name}" for head, name in loss.items()])]
    try:
        ended = subprocess.run(line, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ProgramMissing(f"{line[0]} could not be started ({error}). {_HOW_TO_GET_IT}") from error
    # 1 is a verdict, which is what was asked for.
    if ended.returncode not in (0, 1) or not ended.stdout.lstrip().startswith("{"):
        raise ProgramFailed(ended.stderr.strip() or ended.stdout.strip() or f"it ended with {ended.returncode}")
    return _diagnosis(json.loads(ended.stdout))


def _diagnosis(said: dict[str, Any]) -> Diagnosis:
    verdicts = tuple(
        Verdict(
            cause=one["cause"],
            title=one["title"],
            where=one["where"],
            says=one["says"],
            probability=one["probability"],
            mend=one["change"],
            wrong_if=one["wrongIf"],
            code=one.get("code"),
        )
        for one in said["verdicts"]
    )
    confirmation = said.get("confirmation")
    return Diagnosis(
        verdicts=verdicts,
        heads=tuple(said["heads"]),
        unknown=tuple(said["unknown"]),
        confirmed=None if confirmation is None else bool(confirmation["confirmed"]),
        raw=said,
    )
