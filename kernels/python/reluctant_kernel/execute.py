"""Executes one notebook and tells, line by line of JSON on standard output, what happens.

Standard input carries one JSON object: ``notebook`` (its content), ``folder`` (where it runs), ``kernel``, ``timeout``
(seconds a cell may take, or null), ``total`` (seconds the whole notebook may take, or null) and ``result`` (the file that
the executed notebook is written to). It is a child of ``npx reluctant run`` and not meant to be called by hand.
"""
from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import suppress

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def tell(event: str, **details) -> None:
    sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
    sys.stdout.flush()


class Client(NotebookClient):
    """Reports every cell and every output at the moment it arrives."""

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            tell("stream", cell=cell_index, name=content["name"], text=content["text"])
        elif kind in ("execute_result", "display_data"):
            tell("output", cell=cell_index, data=texts(content["data"]))
        elif kind == "error":
            tell("error", cell=cell_index, **{key: content[key] for key in ("ename", "evalue", "traceback")})
        return super().process_message(msg, cell, cell_index)


def texts(bundle: dict) -> dict:
    """The parts of an output that a terminal can show."""
    return {mime: data for mime, data in bundle.items() if mime == "text/plain" or mime.endswith(".record+json")}


async def execute(order: dict) -> int:
    notebook = nbformat.from_dict(order["notebook"])
    client = Client(
        notebook,
        km=AsyncKernelManager(kernel_name=order["kernel"]),
        timeout=order["timeout"],
        interrupt_on_timeout=True,
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": order["folder"]}},
        on_cell_execute=lambda cell, cell_index: tell("cell", cell=cell_index),
        on_cell_executed=lambda cell, cell_index, execute_reply: tell("done", cell=cell_index),
    )
    task = asyncio.ensure_future(client.async_execute())
    stopped = []
    for name in ("SIGTERM", "SIGINT"):
        with suppress(AttributeError, NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(
                getattr(signal, name), lambda: (stopped.append(True), task.cancel())
            )
    code = 1
    try:
        await asyncio.wait_for(task, order["total"])
        code = 0
    except CellExecutionError:
        pass  # the error message of the kernel has told it already
    except CellTimeoutError:
        tell("timeout", seconds=order["timeout"], whole=False)
    except DeadKernelError as error:
        tell("died", message=str(error))
    except (asyncio.TimeoutError, asyncio.CancelledError):
        if stopped:
            tell("stopped")
        else:
            tell("timeout", seconds=order["total"], whole=True)
    finally:
        with open(order["result"], "w", encoding="utf-8") as file:
            nbformat.write(notebook, file)
    return code


def main() -> int:
    order = json.load(sys.stdin)
    os.environ["RELUCTANT_HEADLESS"] = "1"
    return asyncio.run(execute(order))


if __name__ == "__main__":
    sys.exit(main())
