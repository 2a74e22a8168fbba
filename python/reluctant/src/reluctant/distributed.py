"""Data-parallel training of one model over several workers, by TensorFlow's own MultiWorkerMirroredStrategy.

Every worker is the same call with a ``TF_CONFIG`` of its own, as TensorFlow prescribes it; :func:`train_here` starts several on this machine. The rows
lie in Parquet files, partitioned; each worker reads only its partitions, by DuckDB, and never all of their rows at once. In
every step each worker takes its part of the batch, gradients are averaged over all, and all hold the same weights.
"""

import itertools
import json
import os
import socket
import subprocess
import sys
from pathlib import Path


def partitions(rows, shards):
    """The Parquet files under the folder ``rows``, in the order of their names, dealt out to so many shards.

    The files lie there as DuckDB's ``COPY ... (FORMAT parquet, PARTITION_BY ...)`` and others write them, in folders such as ``year=2024`` or
    not. :raises ValueError: where a shard would have none.
    """
    files = sorted(str(file) for file in Path(rows).rglob("*.parquet"))
    if len(files) < shards:
        raise ValueError(f"{rows}: {len(files)} Parquet files for {shards} shards; each needs one at least")
    return [files[shard::shards] for shard in range(shards)]


def parts(files, inputs, targets, size):
    """Parts of batches, ``size`` rows out of files in their order, as (inputs, targets) of float32, again and again.

    A part may end in the next file, and the last of all in the first, so that every part is whole.
    """
    import duckdb
    import numpy

    columns = ", ".join('"' + name.replace('"', '""') + '"::FLOAT' for name in [*inputs, *targets])
    connection = duckdb.connect()
    kept = numpy.empty((0, len(inputs) + len(targets)), "float32")
    for file in itertools.cycle(files):
        reader = connection.execute(f"SELECT {columns} FROM read_parquet(?)", [file])
        while len(chunk := reader.fetch_df_chunk(16)):
            kept = numpy.concatenate([kept, chunk.to_numpy("float32")])
            while len(kept) >= size:
                yield kept[:size, : len(inputs)], kept[:size, len(inputs) :]
                kept = kept[size:]


def train(model, rows, inputs, targets, *, steps, batch_size, shards=None, learning_rate=0.001, loss="mean_squared_error", save=None):
    """Trains a model of Keras for ``steps`` steps of ``batch_size`` rows over all workers, with Adam.

    The rows are taken in the order of their files: shuffle when you write them.

    :param model: a file ``.keras``, such as ``rl.inspect.saveKeras`` writes.
    :param rows: a folder of Parquet files; see :func:`partitions`.
    :param inputs, targets: names of columns.
    :param shards: a batch is of so many equal parts, each from its own partitions; the workers deal them out among themselves, so that the
        batches are the same for every number of workers that divides it. Default: the number of workers.
    :param loss: a loss of Keras by name, taken as its mean over the rows of all workers.
    :param save: where the first worker writes the trained model.
    :returns: ``losses``, of every step, over the rows of all workers; ``files``, those that this worker read.
    :raises ValueError: where batch, shards and workers do not divide each other, or there are too few files.
    """
    import numpy
    import tensorflow as tf

    # Without TF_CONFIG there is one worker.
    several = "TF_CONFIG" in os.environ
    strategy = tf.distribute.MultiWorkerMirroredStrategy() if several else tf.distribute.get_strategy()
    workers = strategy.num_replicas_in_sync
    index = strategy.cluster_resolver.task_id if several else 0
    shards = shards or workers
    if batch_size % shards or shards % workers:
        raise ValueError(f"{batch_size} rows a batch, {shards} shards, {workers} workers: each must be divided by the next")
    own = partitions(rows, shards)[index::workers]
    streams = [parts(files, inputs, targets, batch_size // shards) for files in own]
    with strategy.scope():
        network = tf.keras.models.load_model(model)
        optimizer = tf.keras.optimizers.Adam(learning_rate)
        optimizer.build(network.trainable_variables)
    row_loss = tf.keras.losses.get(loss)

    def step(x, y):
        with tf.GradientTape() as tape:
            predictions = network(x, training=True)
            # Each worker's part of the mean over the whole batch, so that the sum over workers is the mean.
            part = tf.reduce_sum(row_loss(y, predictions)) / batch_size
        gradients = tape.gradient(part, network.trainable_variables)
        optimizer.apply_gradients(zip(gradients, network.trainable_variables))
        return part

    @tf.function
    def one(x, y):
        return strategy.reduce(tf.distribute.ReduceOp.SUM, strategy.run(step, args=(x, y)), axis=None)

    losses = []
    for _ in range(steps):
        x, y = (numpy.concatenate(part) for part in zip(*map(next, streams)))
        losses.append(float(one(tf.constant(x), tf.constant(y))))
    if save and index == 0:
        network.save(save)
    return {"losses": losses, "files": [file for files in own for file in files]}


def train_here(workers, **call):
    """:func:`train` in so many processes of this machine; what each of them returned.

    :raises RuntimeError: where one ends in an error, with what it printed.
    """
    ports = []
    for _ in range(workers):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            ports.append(one.getsockname()[1])
    addresses = [f"127.0.0.1:{port}" for port in ports]
    processes = []
    here = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")])}
    for index in range(workers):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**here, **({"TF_CONFIG": json.dumps(task)} if workers > 1 else {})}
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "reluctant.distributed", json.dumps(call)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
        )
    ends = [process.communicate() for process in processes]
    for process, (_, errors) in zip(processes, ends):
        if process.returncode != 0:
            raise RuntimeError(f"a worker ended with {process.returncode}: {errors.strip()[-2000:]}")
    return [json.loads(text.strip().splitlines()[-1]) for text, _ in ends]


if __name__ == "__main__":
    print(json.dumps(train(**json.loads(sys.argv[1]))))
