"""Runs one notebook with nbclient, on behalf of `reluctant run`.

Standard input: one JSON line with the request, then commands, one JSON line each ({"command": "interrupt" | "kill"}).
Its end means that the caller is gone: the kernel is shut down. Standard output: one JSON line per event. What the kernel
itself prints outside of the protocol (TensorFlow's log, say) goes to standard error.

Request: notebook (nbformat), kernel (name), cwd, out (file to write or null), timeout (seconds a cell may take, or
null), startup_timeout (seconds).
"""

import asyncio
import contextlib
import errno
import json
import os
import queue
import sys
import threading
import time
import traceback

EVENTS = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
os.dup2(2, 1)  # the kernel inherits descriptor 1, and must not write between the events

# What the kernel is asked after the last cell: it fails with a failure that no cell has caught, also one that comes late.
QUIET = 'await (globalThis as any)[Symbol.for("reluctant.quiet")]()'
LATE = 20.0  # seconds
SAVE_EVERY = 5.0  # seconds between two intermediate versions of the executed notebook
GRACE = 10.0  # seconds that an interrupted kernel has to end its cell


def emit(event, **fields):
    try:
        EVENTS.write(json.dumps({"event": event, **fields}, ensure_ascii=True) + "\n")
    except OSError:
        pass  # the caller is gone; the kernel is still to be shut down and the notebook to be written


def refuse(code, message):
    emit("refused", code=code, message=message)
    EVENTS.flush()
    os._exit(1)


# jsonschema, which checks notebooks, takes these for formats of text that no notebook has; the first of them compiles a
# grammar on import, which takes a second or two of every run.
for unneeded in ("rfc3987_syntax", "isoduration"):
    sys.modules.setdefault(unneeded, None)

try:
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
except ImportError as missing:
    refuse("python-package-missing", str(missing))


class NotSaved(Exception):
    """The executed notebook could not be written."""

    def __init__(self, target, cause):
        super().__init__(str(cause))
        self.target = target
        self.cause = cause


class LiveClient(NotebookClient):
    """Passes every output on as it comes."""

    def process_message(self, msg, cell, cell_index):
        kind, content = msg["msg_type"], msg["content"]
        if kind in ("stream", "display_data", "execute_result", "error", "update_display_data", "clear_output"):
            fields = {key: value for key, value in content.items() if key != "transient"}
            emit("output", index=cell_index, output={"output_type": kind, **fields})
        return super().process_message(msg, cell, cell_index)


class Run:
    def __init__(self, request):
        self.request = request
        self.notebook = nbformat.from_dict(request["notebook"])
        self.client = LiveClient(
            self.notebook,
            kernel_name=request["kernel"],
            resources={"metadata": {"path": request["cwd"]}},
            startup_timeout=request["startup_timeout"],
            timeout=None,
            record_timing=False,
            coalesce_streams=True,
            store_widget_state=True,
        )
        self.reason = None  # why the run was stopped: "interrupt", "timeout" or "kill"
        self.current = None
        self.saved = time.monotonic()
        self.task = None
        self.started = False

    async def perform(self):
        self.task = asyncio.current_task()
        begun = time.monotonic()
        emit("starting", kernel=self.request["kernel"])
        status, error = "ok", None
        try:
            async with self.client.async_setup_kernel():
                self.started = True
                emit("ready", seconds=time.monotonic() - begun)
                status = await self.cells()
        except asyncio.CancelledError:
            status = "stopped"
            await self.kill()
        except DeadKernelError:
            status = "stopped" if self.reason else "dead"
        except RuntimeError as problem:
            # Starting: "Kernel died before replying to kernel_info", "Kernel didn't respond in N seconds".
            if self.started and not self.reason:
                raise
            status = "stopped" if self.reason else "not-started"
            error = str(problem)
        self.client.set_widgets_metadata()
        self.finish()
        self.save()
        emit("end", status=status, reason=self.reason, index=self.current, message=error, notebook=self.notebook)

    async def cells(self):
        for index, cell in enumerate(self.notebook.cells):
            if self.reason:
                return "stopped"
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            self.current = index
            begun = time.monotonic()
            emit("cell-start", index=index)
            limit = self.request["timeout"]
            timer = asyncio.get_running_loop().call_later(limit, self.stop, "timeout") if limit else None
            status = "ok"
            try:
                await self.client.async_execute_cell(cell, index)
                if any(output.output_type == "error" for output in cell.outputs):
                    status = "error-expected"  # the tag raises-exception
            except CellExecutionError:
                status = "error"
            except DeadKernelError:
                status = "dead"
                raise
            finally:
                if timer:
                    timer.cancel()
                count = cell.get("execution_count")
                emit("cell-end", index=index, seconds=time.monotonic() - begun, status=status, execution_count=count)
            if status == "error":
                return "stopped" if self.reason else "error"
            if time.monotonic() - self.saved > SAVE_EVERY:
                self.save()
        if not self.reason and self.current is not None and self.request["kernel"] == "reluctant":
            if await self.late_failure():
                return "error"
        return "stopped" if self.reason else "ok"

    async def late_failure(self):
        """Waits for what the cells have left running; whether it failed. The failure is put under the last cell."""
        message = self.client.kc.execute(QUIET, silent=True, store_history=False, allow_stdin=False)
        try:
            reply = await self.client.kc._async_get_shell_msg(timeout=LATE)
            while reply["parent_header"].get("msg_id") != message:
                reply = await self.client.kc._async_get_shell_msg(timeout=LATE)
        except queue.Empty:
            return False
        content = reply["content"]
        if content["status"] != "error":
            return False
        error = {"output_type": "error", **{name: content[name] for name in ("ename", "evalue", "traceback")}}
        self.notebook.cells[self.current].outputs.append(nbformat.from_dict(error))
        emit("output", index=self.current, output=error)
        return True

    def stop(self, reason):
        """Interrupts the kernel; a second time, or when it does not listen, ends it."""
        loop = asyncio.get_running_loop()
        if reason == "kill" or self.reason:
            self.reason = self.reason or reason
            emit("killing")
            loop.create_task(self.kill())
            return
        self.reason = reason
        if not self.started:
            emit("interrupting", reason=reason)
            self.task.cancel()
            return
        emit("interrupting", reason=reason)
        loop.create_task(self.interrupt())
        loop.call_later(GRACE, self.stop, reason)

    async def interrupt(self):
        if self.client.km is not None:
            await self.client.km.interrupt_kernel()

    async def kill(self):
        if self.client.km is not None and self.client.km.has_kernel:
            await self.client.km.shutdown_kernel(now=True)

    def finish(self):
        """nbclient merges streams only in cells that it brings to their end."""
        for cell in self.notebook.cells:
            for output in cell.get("outputs", []):
                if output.output_type == "stream" and isinstance(output.text, list):
                    output.text = "".join(output.text)

    def save(self):
        """Writes the notebook as it is now: a draft beside the target first, so that there is never half a file."""
        target = self.request["out"]
        if target is None:
            return
        draft = f"{target}.{os.getpid()}.draft"
        try:
            with open(draft, "w", encoding="utf-8") as file:
                nbformat.write(self.notebook, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, target)
        except BaseException as problem:
            with contextlib.suppress(OSError):
                os.unlink(draft)
            if isinstance(problem, OSError):
                raise NotSaved(target, problem) from problem
            raise
        self.saved = time.monotonic()


def listen(loop, run):
    """Reads commands until the caller is gone."""
    for line in sys.stdin:
        command = json.loads(line)["command"]
        loop.call_soon_threadsafe(run.stop, command)
    loop.call_soon_threadsafe(run.stop, "kill")


async def main():
    request = json.loads(sys.stdin.readline())
    try:
        KernelSpecManager().get_kernel_spec(request["kernel"])
    except NoSuchKernel:
        names = sorted(KernelSpecManager().find_kernel_specs())
        refuse("kernel-not-found", ", ".join(names))
    try:
        nbformat.validate(nbformat.from_dict(request["notebook"]))
    except nbformat.ValidationError as problem:
        refuse("notebook-not-valid", str(problem).split("\n")[0])
    run = Run(request)
    threading.Thread(target=listen, args=(asyncio.get_running_loop(), run), daemon=True).start()
    await run.perform()


code = 0
try:
    asyncio.run(main())
except NotSaved as problem:
    emit("not-saved", path=problem.target, code=errno.errorcode.get(problem.cause.errno, ""), message=str(problem.cause))
    code = 1
except BaseException:
    traceback.print_exc()
    code = 1
try:
    EVENTS.flush()
except OSError:
    pass
os._exit(code)  # the listening thread waits for input that never comes
