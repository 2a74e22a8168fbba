"""Writes src/compile/operationTable.ts: inputs and outputs of every stateless TensorFlow operation.

Usage, from the project folder:  .venv/bin/python python/operationTable.py

Graph functions name a value "node:output_argument:index", so emitting one needs the argument names of each operation.
They are read from TensorFlow's own registry, so they are those of the installed version.
"""

import os
import pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import tensorflow as tf
from tensorflow.core.framework import op_def_pb2
from tensorflow.python.client import pywrap_tf_session

TARGET = pathlib.Path(__file__).parent.parent / "src" / "compile" / "operationTable.ts"
operations = op_def_pb2.OpList()
operations.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))


def argument(definition):
    if definition.type_list_attr:
        return f"{definition.name}:[{definition.type_list_attr}]"
    kind = definition.type_attr or f"={definition.type}"
    return f"{definition.name}:{kind}" + (f"*{definition.number_attr}" if definition.number_attr else "")


def line(operation):
    inputs = ",".join(map(argument, operation.input_arg))
    outputs = ",".join(map(argument, operation.output_arg))
    return f"{operation.name} {inputs or '-'} {outputs or '-'}"


def usable(operation):
    references = any(each.is_ref for each in [*operation.input_arg, *operation.output_arg])
    return not operation.is_stateful and not references and not operation.HasField("deprecation")


lines = sorted(line(operation) for operation in operations.op if usable(operation))
TARGET.write_text(
    "// Written by python/operationTable.py from the operation registry of TensorFlow "
    + tf.__version__
    + "; do not edit.\n"
    "// One stateless operation a line: name, inputs, outputs. An argument is name:type, where type is a type attribute, a fixed\n"
    "// type (=number) or a [type list], and *attribute says how many values of that type there are.\n"
    "export const OPERATION_TABLE = `\n" + "\n".join(lines) + "\n`;\n"
)
print(f"{len(lines)} operations written to {TARGET}")
