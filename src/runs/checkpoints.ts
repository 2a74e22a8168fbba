import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { formFault, lazy, parseJSON, ReluctantError, readPlainFile, writeAtomically, z } from '../core';
import type { SavedTensor, TrainingState } from '../training/state';

const MAGIC = Buffer.from('RELUCTC1');
const CHECKSUM_BYTES = 32;
const NAME = /^checkpoint-(\d{6})\.bin$/;
/** Two are kept, so that there is one to go back to when the newest is damaged. */
const KEPT = 2;

/** What {@link Checkpoints.latest} found. */
export interface CheckpointDetails {
  state: TrainingState;
  file: string;
  /** Newer files that were there and could not be used, with the reason. */
  damaged: readonly { file: string; reason: string }[];
}

/**
 * The checkpoints of a run, in one folder. A file is: "RELUCTC1", the length of the header (uint32, little-endian), the
 * header (JSON: the state, with shapes and kinds in place of values), the values, and the SHA-256 of all before it.
 * Files are written whole or not at all, and checked in full before they are used.
 *
 * @example
 * const checkpoints = new Checkpoints('runs/none-yet');
 * // fit(model, data, { losses: 'huber', onCheckpoint: (save) => checkpoints.write(save()), resumeFrom: checkpoints.latest()?.state })
 * checkpoints.files().length; // 0
 */
export class Checkpoints {
  /** @param folder made when the first checkpoint is written. */
  constructor(readonly folder: string) {}

  /** Writes a checkpoint and removes those before the last two. Returns its file. */
  write(state: TrainingState): string {
    fs.mkdirSync(this.folder, { recursive: true });
    const file = path.join(this.folder, `checkpoint-${String(state.epochs).padStart(6, '0')}.bin`);
    writeAtomically(file, encode(state), 'make room; --resume goes on from the checkpoint before');
    for (const old of this.files().slice(KEPT)) fs.rmSync(old, { force: true });
    return file;
  }

  /**
   * The newest checkpoint that is whole; undefined where there is none.
   *
   * @param begun when the run was begun: checkpoints that name another moment are those of another run, and not used.
   */
  latest(begun?: string): CheckpointDetails | undefined {
    const damaged: { file: string; reason: string }[] = [];
    for (const file of this.files()) {
      try {
        const state = readCheckpoint(file);
        const isOwn = begun === undefined || state.begun === undefined || state.begun === begun;
        if (isOwn) return { state, file, damaged };
        damaged.push({ file, reason: 'it is of another run' });
      } catch (error) {
        if (!(error instanceof ReluctantError)) throw error;
        damaged.push({ file, reason: error.details.problem });
      }
    }
    if (damaged.length === 0) return undefined;
    throw new ReluctantError({
      code: 'checkpoints-damaged',
      operation: 'resume',
      problem: `all ${damaged.length} checkpoints are damaged, or of another run`,
      where: { folder: this.folder },
      received: damaged.map(({ reason }) => reason),
      fix: 'start the run again in another folder',
    });
  }

  /** All checkpoint files, the newest first. */
  files(): string[] {
    if (!fs.existsSync(this.folder)) return [];
    const names = fs.readdirSync(this.folder).filter((name) => NAME.test(name));
    return names
      .sort()
      .reverse()
      .map((name) => path.join(this.folder, name));
  }
}

interface TensorHeader {
  name: string;
  shape: readonly number[];
  kind: 'float32' | 'int32';
}
type Groups = 'weights' | 'slots' | 'best';
const GROUPS: readonly Groups[] = ['weights', 'slots', 'best'];

/** What a header looks like; fields of later versions are kept as they are. */
const header = lazy(() => {
  const tensors = z.array(
    z.object({ name: z.string(), shape: z.array(z.int().min(0)), kind: z.enum(['float32', 'int32']) }),
  );
  // Not z.number(), which takes neither NaN nor infinity.
  const numbers = z.record(
    z.string(),
    z.custom<number>((value) => typeof value === 'number'),
  );
  return z.looseObject({
    epochs: z.int().min(0),
    mode: z.string(),
    history: z.array(numbers),
    lossWeights: numbers,
    weights: tensors,
    slots: tensors,
    best: tensors,
  });
});

function encode(state: TrainingState): Buffer {
  const describe = ({ name, shape, values }: SavedTensor): TensorHeader => ({
    name,
    shape,
    kind: values instanceof Int32Array ? 'int32' : 'float32',
  });
  const tensors = Object.fromEntries(GROUPS.map((group) => [group, state[group].map(describe)]));
  const header = Buffer.from(JSON.stringify({ ...state, ...tensors }, keepNonFinite));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  const values = GROUPS.flatMap((group) =>
    state[group].map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const body = Buffer.concat([MAGIC, length, header, ...values]);
  return Buffer.concat([body, crypto.createHash('sha256').update(body).digest()]);
}

/**
 * Reads a checkpoint file, every byte of it checked.
 * @throws ReluctantError `checkpoint-damaged`.
 */
export function readCheckpoint(file: string): TrainingState {
  const damaged = (problem: string): never => {
    throw new ReluctantError({ code: 'checkpoint-damaged', operation: 'resume', problem, where: { file } });
  };
  const bytes = readPlainFile('resume', file);
  const start = MAGIC.length + 4;
  if (bytes.length < start + CHECKSUM_BYTES) damaged('the file is cut short');
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) damaged('the file is no checkpoint of this version');
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  if (!crypto.createHash('sha256').update(body).digest().equals(bytes.subarray(-CHECKSUM_BYTES))) {
    damaged('the checksum does not fit the content');
  }
  const end = start + bytes.readUInt32LE(MAGIC.length);
  let json: unknown;
  try {
    json = parseJSON(bytes.toString('utf8', start, Math.min(end, body.length)), revive);
  } catch {
    damaged('its header is no JSON');
  }
  const { data, error } = header.safeParse(json);
  if (!data) return damaged(`its header is of another form: ${formFault(error)}`);
  let at = end;
  const read = ({ name, shape, kind }: TensorHeader): SavedTensor => {
    const size = shape.reduce((product, length) => product * length, 1);
    if (at + 4 * size > body.length) damaged('its header names more values than there are');
    // Values are copied out: a typed array cannot begin at any byte.
    const raw = bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + at + 4 * size);
    at += 4 * size;
    return { name, shape, values: kind === 'int32' ? new Int32Array(raw) : new Float32Array(raw) };
  };
  const [weights, slots, best] = GROUPS.map((group) => data[group].map(read));
  return { ...(data as unknown as TrainingState), weights: weights!, slots: slots!, best: best! };
}

/** JSON has no NaN and no infinities, and a history may hold them. */
function keepNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;
}

function revive(_key: string, value: unknown): unknown {
  const text = (value as { number?: unknown } | null)?.number;
  return typeof text === 'string' && Object.keys(value as object).length === 1 ? Number(text) : value;
}
