import { setImmediate as nextTurn } from 'node:timers/promises';
import { gatherRows, type LoopInputs, type LoopOutputs } from '../compile';
import { interruptRequested, Random, type TF, tf } from '../core';
import type { RowOrder } from '../data/samples/rowShards';
import { type Columns, rowBytes, rowsAt, shuffled } from './columns';
import { historyKey } from './history';
import { metricOf } from './metrics';
import type { Mode } from './mode';
import type { NotFinite } from './outcome';
import { disposeOutputs, Runner } from './runner';
import { keptHeads, recordKeys, type StepPlan, targetColumn, trainingStep } from './step';
import type { Named } from './trainable';
import { wholeMetrics } from './validation';

/** Steps that one call of a compiled loop runs at most, and the bytes its rows take at most. */
const MOST_STEPS = 16384;
const MOST_BYTES = 128 * 1024 * 1024;
/** The same for rows that come from disk because memory is short; a call's rows are held up to three times. */
const MOST_BYTES_STREAMED = 4 * 1024 * 1024;
/** Between two calls the event loop gets its turn: interrupts, progress and other cells. */
const TURN_SECONDS = 0.25;

/** How one epoch is to run. */
export interface EpochSettings {
  epoch: number;
  lossWeights: Named<number>;
  /** Learning rate of a step of this epoch. */
  rate: (step: number) => number;
  signal: AbortSignal | undefined;
  onStep: (step: number) => void;
}

/** What one epoch gave. */
export interface EpochOutcome {
  numbers: ({ loss: number } & Record<string, number>) | undefined;
  notFinite: Omit<NotFinite, 'epoch'> | undefined;
  aborted: boolean;
  steps: number;
}

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
  /** Numbers that a step records. */
  readonly recordLength: number;
  private readonly random: Random;

  constructor(
    private readonly plan: StepPlan,
    private readonly columns: Columns,
    private readonly options: { batchSize: number; epochs: number; seed: number; shuffle: boolean; mode: Mode },
  ) {
    const { batchSize, epochs, mode } = options;
    const full = Math.floor(columns.rows / batchSize);
    const rest = columns.rows - full * batchSize;
    this.batchSize = batchSize;
    this.full = full;
    this.rest = rest;
    this.recordLength = recordKeys(plan).length;
    this.stepsPerEpoch = full + (rest > 0 ? 1 : 0);
    this.random = new Random(options.seed).fork('order');
    const most = columns.source ? MOST_BYTES_STREAMED : MOST_BYTES;
    const fitting = Math.max(1, Math.floor(most / (rowBytes(columns) * batchSize)));
    this.capacity = Math.max(1, Math.min(full, MOST_STEPS, fitting));
    const step = trainingStep(plan);
    const make = (batch: number, capacity: number, chosen: Mode, planned: number, repeatable = false) => {
      const sample = this.sample(capacity, batch);
      try {
        return new Runner(step, batch, chosen, sample, planned, { repeatable });
      } finally {
        tf.dispose(sample as unknown as TF.TensorContainer);
      }
    };
    this.runner = make(this.firstBatch, this.capacity, mode, Math.max(1, full) * epochs);
    // One step per epoch is not worth compiling by XLA, so the smaller last batch runs as a graph.
    const partialMode = this.runner.mode === 'eager' ? 'eager' : 'graph';
    this.partial = rest === 0 ? undefined : full === 0 ? this.runner : make(rest, 1, partialMode, epochs, true);
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
  sample(capacity: number, batch: number, { draws = true } = {}): LoopInputs {
    const weights = Object.fromEntries(this.plan.face.heads.map((head) => [head, 1]));
    return this.chunk(0, capacity, batch, undefined, weights, () => 0, 0, draws);
  }

  /** The order of the rows in the next epoch, if it is not theirs. */
  nextOrder(): RowOrder | undefined {
    return this.options.shuffle ? shuffled(this.columns, this.random) : undefined;
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

  /** The inputs of a chunk with loss weights of 1 and learning rates of 0, for callers who put in their own. */
  inputsOf({ firstStep, capacity, batch }: Chunk, order: RowOrder | undefined, epoch: number): LoopInputs {
    return this.chunk(firstStep * this.batchSize, capacity, batch, order, {}, () => 0, epoch);
  }

  /** The history's numbers out of an epoch's sums of records, each times its batch. */
  numbersOf(sums: Float64Array): { loss: number } & Record<string, number> {
    return this.numbers(sums, this.columns.rows);
  }

  async run(settings: EpochSettings): Promise<EpochOutcome> {
    const { batchSize } = this;
    const { rows } = this.columns;
    const order = this.nextOrder();
    const sums = new Float64Array(this.recordLength);
    const kept = new KeptRows(this.plan, rows, this.columns.source ? [] : keptHeads(this.plan));
    const { lossWeights, rate, epoch } = settings;
    for (const { firstStep: done, steps: count, capacity, batch, isPartial } of this.chunks()) {
      const runner = isPartial ? this.partial! : this.runner;
      const inputs = this.chunk(done * batchSize, capacity, batch, order, lossWeights, rate, epoch);
      try {
        for (let from = 0; from < count; ) {
          if (settings.signal?.aborted || interruptRequested())
            return { numbers: undefined, notFinite: undefined, aborted: true, steps: done + from };
          const until = this.turnEnd(from, count);
          const started = performance.now();
          const outputs = this.step(runner, inputs, { from, until });
          if (this.secondsPerStep === undefined || until - from > 1) {
            this.secondsPerStep = (performance.now() - started) / 1000 / (until - from);
          }
          if (outputs.bad) {
            const first = done * batchSize + outputs.bad.step * batch;
            const numbers = order
              ? Array.from(order.subarray(first, first + batch))
              : Array.from({ length: batch }, (_, k) => first + k);
            return {
              numbers: undefined,
              notFinite: { step: done + outputs.bad.step, term: outputs.bad.term, rows: numbers },
              aborted: false,
              steps: done + outputs.bad.step,
            };
          }
          this.addUp(outputs.record!, { from, until }, batch, sums);
          kept.take(outputs.rows!, done * batchSize + from * batch, from * batch, (until - from) * batch);
          disposeOutputs(outputs.outputs!);
          from = until;
          settings.onStep(done + from);
          // At the end of an epoch as well: runs of short epochs would otherwise keep everything else from running.
          await nextTurn();
        }
      } finally {
        tf.dispose(inputs as unknown as TF.TensorContainer);
      }
    }
    const numbers = this.numbers(sums, rows);
    Object.assign(numbers, kept.metrics(this.columns, order));
    return { numbers, notFinite: undefined, aborted: false, steps: this.stepsPerEpoch };
  }

  private secondsPerStep: number | undefined;

  private turnEnd(from: number, count: number): number {
    if (this.secondsPerStep === undefined) return Math.min(count, from + (this.runner.mode === 'eager' ? 1 : 16));
    return Math.min(count, from + Math.max(1, Math.floor(TURN_SECONDS / this.secondsPerStep)));
  }

  /** The inputs of a chunk of steps: its rows in order (the first row again where there are fewer), and its schedules. */
  private chunk(
    firstRow: number,
    capacity: number,
    batch: number,
    order: RowOrder | undefined,
    lossWeights: Named<number>,
    rate: (step: number) => number,
    epoch: number,
    draws = true,
  ): LoopInputs {
    const { optimizer, face, balancing } = this.plan;
    const firstStep = Math.floor(firstRow / this.options.batchSize);
    const stepsBefore = epoch * this.stepsPerEpoch + firstStep;
    const scalars = new Float32Array(capacity * optimizer.scalarCount);
    const keys = new Int32Array(capacity * 2);
    const heads = face.heads.length;
    const factors = new Float32Array(capacity * heads);
    const terms = new Int32Array(capacity * heads);
    for (let k = 0; k < capacity; k++) {
      scalars.set(optimizer.scalars(stepsBefore + k, rate(firstStep + k)), k * optimizer.scalarCount);
      keys[2 * k] = this.options.seed;
      keys[2 * k + 1] = stepsBefore + k;
      if (!draws) continue;
      if (k === 0 || balancing.drawsFactors) factors.set(balancing.factors(), k * heads);
      else factors.copyWithin(k * heads, 0, heads);
      if (k === 0 || balancing.drawsOrder) terms.set(balancing.order(), k * heads);
      else terms.copyWithin(k * heads, 0, heads);
    }
    return tf.tidy(() => {
      const columns = rowsAt(this.columns, face, firstRow, capacity * batch, order);
      return {
        columns,
        fixed: { lossWeights: tf.tensor1d(face.heads.map((head) => lossWeights[head] ?? 1)) },
        perStep: {
          scalars: tf.tensor2d(scalars, [capacity, optimizer.scalarCount]),
          key: tf.tensor2d(keys, [capacity, 2], 'int32'),
          factors: tf.tensor2d(factors, [capacity, heads]),
          order: tf.tensor2d(terms, [capacity, heads], 'int32'),
        },
      } as unknown as TF.TensorContainerObject;
    }) as unknown as LoopInputs;
  }

  /** Runs steps and, if one goes wrong, puts back the weights from before it and says which it was. */
  private step(runner: Runner, inputs: LoopInputs, range: { from: number; until: number }) {
    const { face, optimizer, balancing } = this.plan;
    const state = [...face.weights, ...optimizer.slots, ...balancing.trainable, ...balancing.own];
    const before = state.map((variable) => variable.clone());
    const restore = () => {
      state.forEach((variable, k) => {
        variable.assign(before[k]!);
      });
    };
    try {
      const outputs = runner.run(inputs, range);
      const record = outputs.record.dataSync() as Float32Array;
      const width = outputs.record.shape[1];
      const terms = 1 + face.heads.length;
      let bad: { step: number; term: string } | undefined;
      for (let k = range.from; k < range.until && !bad; k++) {
        const losses = record.subarray(k * width, k * width + terms);
        if (losses.every(Number.isFinite)) continue;
        const head = face.heads.find((_, position) => !Number.isFinite(losses[1 + position]!));
        bad = { step: k, term: head ?? 'loss' };
      }
      const stepBefore = (bad?.step ?? range.until) - 1;
      if (!bad && !finite(state)) bad = { step: stepBefore, term: 'gradients' };
      if (!bad) return { record, rows: outputs.rows, outputs, bad };
      disposeOutputs(outputs);
      this.rerun(runner, inputs, { from: range.from, until: bad.step }, restore);
      // Finite losses may still have gradients that are not: then the step before is the one that went wrong.
      if (bad.term !== 'gradients' && bad.step > range.from && !finite(state)) {
        bad = { step: stepBefore, term: 'gradients' };
        this.rerun(runner, inputs, { from: range.from, until: bad.step }, restore);
      }
      return { bad, record: undefined, rows: undefined, outputs: undefined };
    } finally {
      tf.dispose(before);
    }
  }

  private rerun(runner: Runner, inputs: LoopInputs, range: { from: number; until: number }, restore: () => void): void {
    restore();
    if (range.until > range.from) disposeOutputs(runner.run(inputs, range));
  }

  private addUp(record: Float32Array, range: { from: number; until: number }, batch: number, sums: Float64Array): void {
    for (let k = range.from; k < range.until; k++) {
      for (let i = 0; i < sums.length; i++) sums[i]! += batch * record[k * sums.length + i]!;
    }
  }

  private numbers(sums: Float64Array, rows: number) {
    const { face } = this.plan;
    const numbers: { loss: number } & Record<string, number> = { loss: Number.NaN };
    recordKeys(this.plan).forEach(({ kind, head, metric, key }, k) => {
      const value = sums[k]! / rows;
      if (kind === 'total') numbers.loss = value;
      else if (kind === 'term' && face.heads.length > 1) numbers[`${head}_loss`] = value;
      else if (kind === 'balance') numbers[key!] = value;
      else if (kind === 'metric') numbers[historyKey(face.heads, head, metricOf(metric!).key)] = value;
    });
    return numbers;
  }
}

/** Predictions of the epoch's steps, row by row, for the metrics that are not means over rows. */
class KeptRows {
  private readonly parts: Named<Float32Array> = {};

  constructor(
    private readonly plan: StepPlan,
    private readonly rows: number,
    private readonly heads: readonly string[],
  ) {}

  take(outputs: LoopOutputs['rows'], firstRow: number, offset: number, count: number): void {
    for (const head of this.heads) {
      const tensor = outputs[head]!;
      const width = tensor.size / tensor.shape[0]!;
      this.parts[head] ??= new Float32Array(this.rows * width);
      const values = tensor.dataSync() as Float32Array;
      this.parts[head].set(values.subarray(offset * width, (offset + count) * width), firstRow * width);
    }
  }

  metrics(columns: Columns, order: RowOrder | undefined): Record<string, number> {
    const all: Record<string, number> = {};
    for (const head of this.heads) {
      const targets = columns.tensors[targetColumn(head)]!;
      Object.assign(
        all,
        tf.tidy(() => {
          const sorted = order ? gatherRows(targets, tf.tensor1d(order.subarray(0, this.rows), 'int32')) : targets;
          const predictions = tf.tensor(this.parts[head]!, targets.shape);
          const names = this.plan.metrics[head]!.filter((name) => !metricOf(name).perRow);
          return wholeMetrics(this.plan, head, sorted, predictions, names, '') as unknown as TF.TensorContainerObject;
        }),
      );
    }
    return all as Record<string, number>;
  }
}

function finite(variables: readonly TF.Variable[]): boolean {
  return tf.tidy(() => {
    const sums = variables.filter(({ dtype }) => dtype === 'float32').map((variable) => tf.sum(tf.mul(variable, 0)));
    return sums.length === 0 || tf.addN(sums).dataSync()[0] === 0;
  });
}
