import { setImmediate as nextTurn } from 'node:timers/promises';
import { interruptRequested, Random, type TF, tf } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { Feed } from '../feeds/feed';
import type { Mode } from '../mode';
import type { NotFinite } from '../outcome';
import type { TrainingBatch, TrainingStepInputs } from '../step/batch';
import { recordKeys, type StepPlan } from '../step/plan';
import { trainingStep } from '../step/step';
import type { Named } from '../trainable';
import { runGuarded } from './guardedSteps';
import { RecordedRows } from './recordedRows';
import { disposeOutputs, Runner } from './runner';
import { stepNumbers } from './stepNumbers';

/** Steps that one call of a compiled loop runs at most. */
const MOST_STEPS = 16384;
/** Between two calls the event loop gets its turn: interrupts, progress and other cells. */
const TURN_SECONDS = 0.25;

/** Settings of one epoch. */
export interface EpochSettings {
  epoch: number;
  lossWeights: Named<number>;
  /** Learning rate of a step of this epoch. */
  rate: (step: number) => number;
  signal: AbortSignal | undefined;
  onStep: (step: number) => void;
  /** Called after every step, counted from 0, with its numbers; true ends the epoch there. */
  onBatch?: (step: number, numbers: EpochNumbers) => Promise<boolean>;
}

/** Outcome of one epoch: its numbers, or why there are none. */
export type EpochOutcome =
  | { kind: 'done'; numbers: EpochNumbers; steps: number }
  | { kind: 'aborted' | 'stopped'; steps: number }
  | { kind: 'not-finite'; notFinite: Omit<NotFinite, 'epoch'>; steps: number };

/** Numbers of an epoch under the history's names. */
export type EpochNumbers = { loss: number } & Record<string, number>;

/** Steps of an epoch that run on one set of inputs. */
export interface Chunk {
  firstStep: number;
  steps: number;
  /** Steps the inputs have room for. */
  capacity: number;
  batch: number;
  /** Whether it is the smaller batch at the end. */
  isPartial: boolean;
}

/** Runs epochs: puts the rows in order, cuts them into chunks that fit one call, and reads what the steps recorded. */
export class Epochs {
  readonly stepsPerEpoch: number;
  readonly runner: Runner;
  readonly partial: Runner | undefined;
  readonly capacity: number;
  readonly batchSize: number;
  /** Whole batches of an epoch, and rows of the smaller one at its end. */
  readonly full: number;
  readonly rest: number;
  /** Keys in the history of the numbers that a step records. */
  readonly keys: readonly string[];
  private readonly random: Random;
  private secondsPerStep: number | undefined;

  constructor(
    private readonly plan: StepPlan,
    private readonly feed: Feed,
    private readonly options: { batchSize: number; epochs: number; seed: number; shuffle: boolean; mode: Mode },
  ) {
    const { batchSize, epochs, mode } = options;
    this.batchSize = batchSize;
    this.full = Math.floor(feed.rows / batchSize);
    this.rest = feed.rows - this.full * batchSize;
    this.keys = recordKeys(plan);
    this.stepsPerEpoch = this.full + (this.rest > 0 ? 1 : 0);
    this.random = new Random(options.seed).fork('order');
    const fitting = Math.max(1, Math.floor(feed.callBytes / (feed.rowBytes * batchSize)));
    this.capacity = Math.max(1, Math.min(this.full, feed.mostSteps ?? MOST_STEPS, fitting));
    this.runner = this.makeRunner(this.firstBatch, this.capacity, mode, Math.max(1, this.full) * epochs, false);
    // One step per epoch is not worth compiling by XLA, so the smaller last batch runs as a graph.
    const partialMode = this.runner.mode === 'eager' ? 'eager' : 'graph';
    if (this.rest > 0)
      this.partial = this.full === 0 ? this.runner : this.makeRunner(this.rest, 1, partialMode, epochs, true);
  }

  private makeRunner(batch: number, capacity: number, mode: Mode, planned: number, repeatable: boolean): Runner {
    const sample = this.sample(capacity, batch);
    try {
      return new Runner(trainingStep(this.plan), batch, mode, sample, planned, { repeatable });
    } finally {
      tf.dispose(sample as unknown as TF.TensorContainer);
    }
  }

  /** Passes over epochs that a resumed run has behind it, so that the next has the order of rows it would have had. */
  skip(epochs: number): void {
    for (let epoch = 0; epoch < epochs; epoch++) this.nextOrder();
  }

  /** Rows of the first batch: fewer than a whole one if there are no more. */
  get firstBatch(): number {
    return this.full > 0 ? this.batchSize : this.rest;
  }

  /**
   * Inputs of the first steps with a learning rate of 0, to trace and measure with.
   *
   * @param options.draws whether a balancer that draws numbers does so for them; then the first epoch has the next ones.
   */
  sample(capacity: number, batch: number, { draws = true } = {}): TrainingStepInputs {
    const chunk = { firstStep: 0, steps: capacity, capacity, batch, isPartial: false };
    return this.inputsOf(chunk, undefined, { epoch: 0, draws });
  }

  /** The order of the rows in the next epoch, if it is not theirs. */
  nextOrder(): RowOrder | undefined {
    return this.options.shuffle ? this.feed.shuffle(this.random) : undefined;
  }

  /** An epoch cut into runs of steps of one batch size. */
  *chunks(): Generator<Chunk> {
    for (let done = 0; done < this.stepsPerEpoch; ) {
      const isPartial = done >= this.full;
      const capacity = isPartial ? 1 : this.capacity;
      const steps = isPartial ? 1 : Math.min(capacity, this.full - done);
      yield { firstStep: done, steps, capacity, batch: isPartial ? this.rest : this.batchSize, isPartial };
      done += steps;
    }
  }

  /** The inputs of a chunk, by default with loss weights of 1 and learning rates of 0, for callers who put in their own. */
  inputsOf(
    { firstStep, capacity, batch }: Chunk,
    order: RowOrder | undefined,
    settings: Pick<EpochSettings, 'epoch'> & Partial<EpochSettings> & { draws?: boolean; rows?: TrainingBatch },
  ): TrainingStepInputs {
    const { epoch, lossWeights = {}, rate = () => 0, draws = true } = settings;
    const span = { capacity, seed: this.options.seed, draws, rate: (step: number) => rate(firstStep + step) };
    const weights = this.plan.face.heads.map((head) => lossWeights[head] ?? 1);
    return {
      columns: settings.rows ?? this.feed.take(firstStep * this.batchSize, capacity * batch, order),
      fixed: { lossWeights: tf.tensor1d(weights) },
      perStep: stepNumbers(this.plan, { ...span, stepsBefore: epoch * this.stepsPerEpoch + firstStep }),
    };
  }

  /** The history's numbers out of an epoch's sums of records, each times its batch. */
  numbersOf(sums: Float64Array): EpochNumbers {
    const numbers: EpochNumbers = { loss: Number.NaN };
    this.keys.forEach((key, k) => {
      if (key !== '') numbers[key] = sums[k]! / this.feed.rows;
    });
    return numbers;
  }

  /** The history's numbers of one step. */
  private numbersOfStep(record: Float32Array, step: number): EpochNumbers {
    const numbers: EpochNumbers = { loss: Number.NaN };
    this.keys.forEach((key, k) => {
      if (key !== '') numbers[key] = record[step * this.keys.length + k]!;
    });
    return numbers;
  }

  async run(settings: EpochSettings): Promise<EpochOutcome> {
    const order = this.nextOrder();
    const sums = new Float64Array(this.keys.length);
    const recorded = new RecordedRows(this.plan, this.feed);
    for (const chunk of this.chunks()) {
      const rows = await this.fetch(chunk, settings);
      if (this.feed.fetch && !rows) return { kind: 'aborted', steps: chunk.firstStep };
      const inputs = this.inputsOf(chunk, order, { ...settings, ...(rows && { rows }) });
      try {
        const ended = await this.runChunk(chunk, inputs, order, settings, { sums, recorded });
        if (ended) return ended;
      } finally {
        tf.dispose(inputs as unknown as TF.TensorContainer);
      }
    }
    const numbers = Object.assign(this.numbersOf(sums), recorded.metrics(order));
    return { kind: 'done', numbers, steps: this.stepsPerEpoch };
  }

  /** The rows of a chunk, where they have to be waited for. */
  private fetch({ firstStep, steps, capacity, batch }: Chunk, { epoch, signal }: EpochSettings) {
    const rows = steps * batch;
    const left = this.feed.rows - firstStep * this.batchSize - rows;
    return this.feed.fetch?.(epoch, { rows, room: capacity * batch, left }, signal);
  }

  /** Runs the steps of a chunk, some at a time; returns how the epoch ended if it ended here. */
  private async runChunk(
    { firstStep, steps, batch, isPartial }: Chunk,
    inputs: TrainingStepInputs,
    order: RowOrder | undefined,
    settings: EpochSettings,
    { sums, recorded }: { sums: Float64Array; recorded: RecordedRows },
  ): Promise<EpochOutcome | undefined> {
    const runner = isPartial ? this.partial! : this.runner;
    const firstRow = firstStep * this.batchSize;
    for (let from = 0; from < steps; ) {
      if (settings.signal?.aborted || interruptRequested()) return { kind: 'aborted', steps: firstStep + from };
      const until = settings.onBatch ? from + 1 : this.turnEnd(from, steps);
      const result = this.timed(until - from, () => runGuarded(this.plan, runner, inputs, { from, until }));
      if (result.bad) {
        const { step, term } = result.bad;
        const rows = rowNumbers(order, firstRow + step * batch, batch);
        return {
          kind: 'not-finite',
          notFinite: { step: firstStep + step, term, rows },
          steps: firstStep + step,
        };
      }
      addUp(result.record, { from, until }, batch, sums);
      recorded.take(result.outputs.rows, firstRow + from * batch, from * batch, (until - from) * batch);
      disposeOutputs(result.outputs);
      from = until;
      settings.onStep(firstStep + from);
      const isLast =
        settings.onBatch &&
        (await settings.onBatch(firstStep + until - 1, this.numbersOfStep(result.record, until - 1)));
      if (isLast) return { kind: 'stopped', steps: firstStep + from };
      // At the end of an epoch as well: runs of short epochs would otherwise keep everything else from running.
      await nextTurn();
    }
    return undefined;
  }

  /** Runs steps and notes how long one takes. */
  private timed<T>(steps: number, run: () => T): T {
    const started = performance.now();
    const result = run();
    if (this.secondsPerStep === undefined || steps > 1) {
      this.secondsPerStep = (performance.now() - started) / 1000 / steps;
    }
    return result;
  }

  private turnEnd(from: number, count: number): number {
    if (this.secondsPerStep === undefined) return Math.min(count, from + (this.runner.mode === 'eager' ? 1 : 16));
    const turn = this.feed.turnSeconds ?? TURN_SECONDS;
    return Math.min(count, from + Math.max(1, Math.floor(turn / this.secondsPerStep)));
  }
}

/** The numbers of the rows at places of an order. */
function rowNumbers(order: RowOrder | undefined, first: number, count: number): number[] {
  if (order) return Array.from(order.subarray(first, first + count));
  return Array.from({ length: count }, (_, k) => first + k);
}

function addUp(record: Float32Array, range: { from: number; until: number }, batch: number, sums: Float64Array): void {
  for (let k = range.from; k < range.until; k++) {
    for (let i = 0; i < sums.length; i++) sums[i]! += batch * record[k * sums.length + i]!;
  }
}
