"""Runs and sweeps in other people's trackers: MLflow (its database or its server) and W&B's offline folder, by their own packages.

``python -m reluctant.trackers sweeps/first --to mlflow --at sqlite:///mlflow.db``; ``--to wandb --at wandb-runs``, then ``wandb sync``. For TensorBoard
nothing need be exported: every run's folder holds its event file, ``tensorboard --logdir sweeps/first/trials`` shows them all.
"""

import argparse
import hashlib
import json
from datetime import datetime
from pathlib import Path

__all__ = ["to_mlflow", "to_wandb"]


# Last in the folder of a run of W&B, so that one whose export was interrupted is not taken for a whole one.
_WHOLE = "reluctant.whole"


def to_mlflow(folder, tracking_uri, experiment=None):
    """Writes the run or sweep in ``folder`` to MLflow; a sweep is a run with its trials nested in it.

    What is there already is left as it is, so that a sweep that went on can be exported again.

    :param folder: of a run (``run.json``) or of a sweep (``sweep.json``).
    :param tracking_uri: such as ``sqlite:///mlflow.db`` or ``http://127.0.0.1:5000``.
    :param experiment: its name; default: that of the folder.
    :returns: the identifiers of the runs that were written.
    :raises FileNotFoundError: where the folder holds neither.
    """
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Param, RunTag

    client = MlflowClient(tracking_uri)
    title = experiment or Path(folder).resolve().name
    known = client.get_experiment_by_name(title)
    place = known.experiment_id if known else client.create_experiment(title)
    written = []

    def write(one, parent=None):
        mine = client.search_runs([place], f"tags.`reluctant.id` = '{one['id']}'")
        if mine:
            return mine[0].info.run_id
        tags = {"mlflow.runName": one["name"], "reluctant.status": one["status"]}
        if parent:
            tags["mlflow.parentRunId"] = parent
        run = client.create_run(place, start_time=one["begun"], tags=tags).info.run_id
        metrics = [
            Metric(key, value, one["begun"] + step, step) for step, row in enumerate(one["history"]) for key, value in row.items()
        ]
        for first in range(0, len(metrics), 1000):
            client.log_batch(run, metrics=metrics[first : first + 1000])
        params = [Param(key, str(value)[:6000]) for key, value in one["setting"].items()]
        for first in range(0, len(params), 100):
            client.log_batch(run, params=params[first : first + 100])
        client.set_terminated(run, "FAILED" if one["failed"] else "FINISHED", end_time=one["ended"])
        # Last, so that one whose export was interrupted is not taken for a whole one.
        client.log_batch(run, tags=[RunTag("reluctant.id", one["id"])])
        written.append(run)
        return run

    runs, sweep = _read(Path(folder))
    parent = write(sweep) if sweep else None
    for one in runs:
        write(one, parent)
    return written


def to_wandb(folder, directory, project=None):
    """Writes the run or sweep in ``folder`` as runs of W&B into ``directory``, offline: nothing is sent before ``wandb sync``.

    A sweep is a group. What is there already is left as it is. :returns: the folders of the runs, which ``wandb sync`` takes. :raises FileNotFoundError: as :func:`to_mlflow`.
    """
    import wandb

    Path(directory).mkdir(parents=True, exist_ok=True)
    runs, sweep = _read(Path(folder))
    written = []
    for one in runs:
        identifier = _identifier(one["id"])
        if any(Path(directory).glob(f"wandb/offline-run-*-{identifier}/{_WHOLE}")):
            continue
        run = wandb.init(
            mode="offline",
            dir=str(directory),
            project=project or (sweep or one)["name"],
            group=sweep["name"] if sweep else None,
            name=one["name"],
            id=identifier,
            config=one["setting"],
            reinit="finish_previous",
            settings=wandb.Settings(silent=True, disable_git=True, x_disable_stats=True, console="off"),
        )
        for step, row in enumerate(one["history"]):
            run.log(row, step=step)
        place = Path(run.dir).parent
        run.finish(exit_code=1 if one["failed"] else 0)
        (place / _WHOLE).touch()
        written.append(str(place))
    return written


def _identifier(text):
    return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in text)[:64]


def _read(folder):
    """The runs of a folder, and the sweep that they belong to, if they do."""
    if (folder / "run.json").exists():
        return [_run(folder)], None
    if not (folder / "sweep.json").exists():
        raise FileNotFoundError(f"{folder} holds neither a run (run.json) nor a sweep (sweep.json)")
    given = json.loads((folder / "sweep.json").read_text())
    places = sorted(place for place in (folder / "trials").iterdir() if place.is_dir())
    runs = [run for run in map(_trial, places) if run]
    name = folder.resolve().name
    sweep = {
        **{"id": f"sweep {hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}", "name": name, "status": "finished", "failed": False, "history": []},
        "setting": {**_flat(given.get("setting", {})), **_flat({key: given[key] for key in ("method", "module", "space") if key in given})},
        "begun": min((run["begun"] for run in runs), default=0),
        "ended": max((run["ended"] for run in runs), default=0),
    }
    return runs, sweep


def _trial(place):
    """A trial that has come to its end; one that failed before its first step has a result and no run."""
    if not (place / "result.json").exists():
        return None
    result = json.loads((place / "result.json").read_text())
    if (place / "run.json").exists():
        run = _run(place)
        return {**run, "failed": "error" in result}
    moment = int((place / "result.json").stat().st_mtime * 1000)
    return {
        **{"id": place.name, "name": place.name, "status": "failed", "failed": True, "history": []},
        **{"setting": _flat({**result["changes"], "error": result["error"]}), "begun": moment, "ended": moment},
    }


def _run(place):
    record = json.loads((place / "run.json").read_text())
    history = json.loads((place / "history.json").read_text()) if (place / "history.json").exists() else []
    return {
        "id": record.get("trial") or f"{record['name']} {record['begun']}",
        "name": record["name"],
        "status": record["status"],
        "failed": record.get("stopReason") == "not-finite",
        "setting": _flat((record.get("program") or {}).get("setting") or record["options"]),
        "begun": _milliseconds(record["begun"]),
        "ended": _milliseconds(record["written"]),
        # Numbers that JSON lacks are written as texts, which float() reads.
        "history": [{key: float(value) for key, value in row.items() if key != "epoch"} for row in history],
    }


def _milliseconds(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def _flat(values, prefix=""):
    flat = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[prefix + key] = value
    return flat


def _main():
    parser = argparse.ArgumentParser(prog="python -m reluctant.trackers", description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="of a run or of a sweep")
    parser.add_argument("--to", choices=["mlflow", "wandb"], required=True)
    parser.add_argument("--at", required=True, help="address of MLflow, or folder for W&B")
    flags = parser.parse_args()
    written = {"mlflow": to_mlflow, "wandb": to_wandb}[flags.to](flags.folder, flags.at)
    print(f"{len(written)} runs written to {flags.at}")


if __name__ == "__main__":
    _main()
