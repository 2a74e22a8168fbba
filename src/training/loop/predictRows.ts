import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Compiled, type CompileOptions, compile } from '../../compile';
import { interruptRequested, ReluctantError, type TF, tf } from '../../core';
import { checkStatesToPredict } from '../stateChecks';
import type { Forwarded, ModelFace, Named } from '../trainable';

/** How rows are predicted. */
export interface PredictOptions {
  /** Rows per call; default 512, fewer where the model says how many it can take. Neither larger nor smaller changes a number beyond rounding. */
  batchSize?: number;
  /** As of `compile`; default `graph`. */
  mode?: NonNullable<CompileOptions['mode']>;
  /** Called after every batch. */
  onProgress?: (progress: { rows: number; of: number }) => void;
  /** Ends the call, which then throws `aborted`. The stop button of a notebook does the same without it. */
  signal?: AbortSignal;
}

type Call = Compiled<TF.Tensor[], Record<string, TF.Tensor>>;

/** Compiled forward passes of models, by mode and names of inputs, as long as the model lives. */
const calls = new WeakMap<object, Map<string, Call>>();

const MASK = 'mask of ';
const STATE = 'state of a layer ';

function callOf(model: object, face: ModelFace, names: readonly string[], mode: NonNullable<PredictOptions['mode']>) {
  const known = calls.get(model) ?? new Map<string, Call>();
  calls.set(model, known);
  const key = [mode, ...names].join(' ');
  let call = known.get(key);
  if (!call) {
    // States are given and handed back, as a graph has nowhere to keep them.
    const step = (...tensors: TF.Tensor[]) => {
      const { predictions, masks, states } = face.forwardWithMasks(
        Object.fromEntries(names.map((name, k) => [name, tensors[k]!])),
        false,
        face.states && tensors.slice(names.length),
      );
      const ofMasks = Object.entries(masks).map(([head, mask]) => [MASK + head, mask] as const);
      const ofStates = states.map((state, k) => [STATE + k, state] as const);
      return { ...predictions, ...Object.fromEntries([...ofMasks, ...ofStates]) };
    };
    call = compile(step, { mode, name: 'predict', repeatable: face.inputs !== undefined }) as Call;
    known.set(key, call);
  }
  return call;
}

/**
 * Predictions and masks of all rows, batch by batch through one compiled call; the caller owns them. The last batch overlaps the one
 * before it, so that all have one shape. States that layers keep go on from batch to batch and are the layers' at the end; a call that
 * is ended before leaves them as they were.
 *
 * @throws ReluctantError `aborted`, `layer-keeps-state`.
 */
export async function predictRows(
  model: object,
  face: ModelFace,
  inputs: Named<TF.Tensor>,
  { batchSize, mode = 'graph', onProgress, signal }: PredictOptions,
): Promise<Omit<Forwarded, 'states'>> {
  const names = Object.keys(inputs);
  const rows = inputs[names[0]!]!.shape[0]!;
  checkStatesToPredict(face, rows, batchSize);
  const call = callOf(model, face, names, mode);
  const batch = Math.min(face.states?.batchSize ?? batchSize ?? 512, rows, face.rowsAtOnce);
  let states = face.states?.read() ?? [];
  const parts: Record<string, TF.Tensor[]> = {};
  try {
    for (let done = 0; done < rows; ) {
      if (signal?.aborted || interruptRequested()) throw aborted(done, rows);
      const start = Math.min(done, rows - batch);
      const slices = names.map((name) => inputs[name]!.slice(start, batch));
      const results = tf.tidy(() => call(...slices, ...states));
      tf.dispose([...slices, ...states]);
      states = states.map((_, k) => results[STATE + k]!);
      for (const [name, values] of Object.entries(results)) {
        if (name.startsWith(STATE)) continue;
        const fresh = start === done ? values : values.slice(done - start);
        if (fresh !== values) values.dispose();
        parts[name] = [...(parts[name] ?? []), fresh];
      }
      done = start + batch;
      onProgress?.({ rows: done, of: rows });
      await nextTurn();
    }
    face.states?.write(states);
    return sorted(parts);
  } finally {
    tf.dispose([parts, states] as unknown as TF.TensorContainer);
  }
}

/** Joined parts, apart by what they are. */
function sorted(parts: Record<string, TF.Tensor[]>): Omit<Forwarded, 'states'> {
  const result: Omit<Forwarded, 'states'> = { predictions: {}, masks: {} };
  for (const [name, pieces] of Object.entries(parts)) {
    const whole = tf.tidy(() => tf.concat(pieces, 0));
    if (name.startsWith(MASK)) result.masks[name.slice(MASK.length)] = whole;
    else result.predictions[name] = whole;
  }
  return result;
}

const aborted = (done: number, rows: number) =>
  new ReluctantError({
    code: 'aborted',
    operation: 'predict',
    problem: 'the call was ended before all rows were predicted',
    received: `${done} of ${rows} rows`,
  });
