import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { backend } from './backend';
import type { Spec, Trace, Value } from './traced';

/** What this folder's sources are: a graph that other sources wrote may be another graph. */
let sources: string | undefined;

/**
 * A digest of all that decides what graph is written for a trace. Equal signatures stand for equal graphs, in this process
 * and in another one with the same TensorFlow and the same version of this library.
 *
 * @param more what the graph depends on beside the trace: the mode, the length of a loop ...
 */
export function signature(trace: Trace, more: readonly (string | number)[]): string {
  const hash = createHash('sha256');
  sources ??= digestOfSources();
  hash.update([sources, backend().binding.TF_Version, ...more].join('|'));
  const line = (...parts: string[]) => hash.update(`\n${parts.join(' ')}`);
  line('arguments', ...trace.arguments.map(spec), 'variables', ...trace.variables.map(spec));
  for (const { dtype, shape, values } of trace.constants) {
    line('constant', spec({ dtype, shape }));
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }
  for (const { name, attributes, inputs, inputSpecs, outputs, loop } of trace.operations) {
    if (loop) line('loop', signature(loop.body, [loop.steps, loop.carried, loop.sequences, String(loop.isBackwards)]));
    line(name, ...attributes.map((each) => `${each.name}:${each.type}:${text(each.value)}`));
    line(...inputs.map(place), ...inputSpecs.map(spec), '=', ...outputs.map(spec));
  }
  line('outputs', ...trace.outputs.map(place), ...trace.outputSpecs.map(spec));
  line('updates', ...trace.updates.map(({ variable, value }) => `${variable}<${place(value)}`));
  return hash.digest('hex');
}

const spec = ({ dtype, shape }: Spec): string => `${dtype}[${shape}]`;

const place = (value: Value): string =>
  value.kind === 'result' ? `result${value.operation}:${value.output}` : `${value.kind}${value.index}`;

const text = (value: unknown): string =>
  Array.isArray(value) ? `[${value.map(text)}]` : JSON.stringify(String(value));

function digestOfSources(): string {
  const hash = createHash('sha256');
  for (const name of fs.readdirSync(__dirname).sort()) {
    if (/\.[jt]s$/.test(name) && !name.endsWith('.d.ts')) hash.update(fs.readFileSync(path.join(__dirname, name)));
  }
  return hash.digest('hex');
}
