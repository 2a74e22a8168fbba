import type { CompiledLoop, StepInputs } from '../../compile';
import { interruptRequested, ReluctantError, type TF, tf } from '../../core';
import type { RowOrder } from '../../data/samples/rowShards';
import type { Chunk, EpochNumbers, Epochs } from '../loop/epochs';
import { Runner } from '../loop/runner';
import type { FitOptions } from '../options';
import type { Balancing } from '../step/balancing';
import type { TrainingStepInputs } from '../step/batch';
import type { StepPlan } from '../step/plan';
import type { Named } from '../trainable';

/** What the settings of a sweep differ in, and what they have in common. */
export interface SettingsTogether {
  lossWeights: readonly Named<number>[];
  rates: readonly number[];
  /** One per setting, for what a balancer works out between epochs. */
  balancings: readonly Balancing[];
  options: Pick<FitOptions, 'mode' | 'epochs' | 'schedule' | 'signal'>;
}

/** The steps of all settings at once. */
export class ManySettings {
  readonly count: number;
  private readonly loops: { whole: Runner; partial: Runner | undefined };
  /** Variables of the single step, each with its stacked stand-in. */
  private readonly standIns = new Map<TF.Variable, TF.Variable>();

  constructor(
    private readonly epochs: Epochs,
    private readonly plan: StepPlan,
    private readonly settings: SettingsTogether,
  ) {
    this.count = settings.rates.length;
    const stacked = new Set(['lossWeights', 'scalars', ...(this.hasFactors ? ['factors'] : [])]);
    const vectorized = (runner: Runner | undefined, capacity: number, batch: number): Runner | undefined => {
      if (!runner) return undefined;
      const loop = runner.compiled;
      if (!loop) {
        throw new ReluctantError({ code: 'not-vectorizable', operation: 'sweep', problem: runner.reason });
      }
      const many = this.vectorized(loop, stacked);
      const sample = this.stack(epochs.sample(capacity, batch, { draws: false }), 0, 0, capacity);
      const mode = batch === epochs.batchSize ? (settings.options.mode ?? 'auto') : 'graph';
      try {
        return new Runner(undefined, batch, mode === 'eager' ? 'graph' : mode, sample, this.plannedSteps(), {
          compiled: many,
        });
      } finally {
        tf.dispose(sample as unknown as TF.TensorContainer);
      }
    };
    try {
      const whole = vectorized(epochs.runner, epochs.capacity, epochs.firstBatch)!;
      const partial = epochs.rest > 0 && epochs.full > 0 ? vectorized(epochs.partial, 1, epochs.rest) : undefined;
      this.loops = { whole, partial };
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** A loop for all settings, on the same stand-ins as the others. */
  vectorized<Inputs extends StepInputs>(
    loop: CompiledLoop<Inputs>,
    stacked: ReadonlySet<string>,
  ): CompiledLoop<Inputs> {
    for (const variable of loop.variables) {
      if (this.standIns.has(variable)) continue;
      const repeated = tf.tidy(() => tf.variable(tf.stack(Array(this.count).fill(variable)), false));
      this.standIns.set(variable, repeated);
    }
    const variables = loop.variables.map((variable) => this.standIns.get(variable)!);
    return loop.vectorized(this.count, stacked, variables);
  }

  /** Something for every setting. */
  each<T>(make: (setting: number) => T): T[] {
    return Array.from({ length: this.count }, (_, k) => make(k));
  }

  dispose(): void {
    tf.dispose([...this.standIns.values()]);
  }

  /** Whether a balancer works out other factors for every setting. */
  private get hasFactors(): boolean {
    return this.plan.balancing.balancer.kind === 'dwa';
  }

  get mode(): string {
    return this.loops.whole.mode;
  }

  private plannedSteps(): number {
    return this.epochs.stepsPerEpoch * (this.settings.options.epochs ?? 10);
  }

  /** One epoch: a row of numbers per setting, or nothing if the signal said to stop. */
  async run(epoch: number, epochs: number): Promise<EpochNumbers[] | undefined> {
    const sums = this.settings.rates.map(() => new Float64Array(this.epochs.keys.length));
    const order = this.epochs.nextOrder();
    for (const chunk of this.epochs.chunks()) {
      if (this.settings.options.signal?.aborted || interruptRequested()) return undefined;
      this.addUp(chunk, this.recordOf(chunk, order, epoch, epochs), sums);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sums.map((each) => this.epochs.numbersOf(each));
  }

  /** What the steps of a chunk record, step by step and setting by setting. */
  private recordOf(chunk: Chunk, order: RowOrder | undefined, epoch: number, epochs: number): Float32Array {
    const single = this.epochs.inputsOf(chunk, order, { epoch });
    const inputs = this.stack(single, epoch, chunk.firstStep, chunk.capacity, epochs);
    const runner = chunk.isPartial ? (this.loops.partial ?? this.loops.whole) : this.loops.whole;
    const { record } = runner.run(inputs, { from: 0, until: chunk.steps });
    const values = record.dataSync() as Float32Array;
    tf.dispose([record, inputs] as unknown as TF.TensorContainer);
    return values;
  }

  private addUp({ steps, batch }: Chunk, values: Float32Array, sums: readonly Float64Array[]): void {
    const width = this.epochs.keys.length;
    for (let step = 0; step < steps; step++) {
      for (let k = 0; k < this.count; k++) {
        const at = (step * this.count + k) * width;
        for (let i = 0; i < width; i++) sums[k]![i]! += batch * values[at + i]!;
      }
    }
  }

  /** Assigns the model's weights those of a setting. */
  takeWeights(k: number): void {
    for (const variable of this.plan.face.weights) {
      const many = this.standIns.get(variable);
      if (many)
        tf.tidy(
          () =>
            void variable.assign(
              many.slice([k, ...variable.shape.map(() => 0)], [1, ...variable.shape]).reshape(variable.shape),
            ),
        );
    }
  }

  /** The inputs of one run with loss weights and optimiser scalars of every setting in place of one's. Takes them over. */
  private stack(
    single: TrainingStepInputs,
    epoch: number,
    firstStep: number,
    capacity: number,
    epochs = 1,
  ): TrainingStepInputs {
    const { optimizer, face } = this.plan;
    const width = optimizer.scalarCount;
    const { stepsPerEpoch } = this.epochs;
    const scalars = new Float32Array(capacity * this.count * width);
    for (let step = 0; step < capacity; step++) {
      const point = {
        step: epoch * stepsPerEpoch + firstStep + step,
        stepsPerEpoch,
        totalSteps: epochs * stepsPerEpoch,
      };
      const factor = this.settings.options.schedule?.(point) ?? 1;
      for (let k = 0; k < this.count; k++) {
        scalars.set(optimizer.scalars(point.step, this.settings.rates[k]! * factor), (step * this.count + k) * width);
      }
    }
    const weights = this.settings.lossWeights.map((each) => face.heads.map((head) => each[head] ?? 1));
    const { scalars: ofOne, factors: ofAll, ...perStep } = single.perStep;
    tf.dispose([single.fixed.lossWeights, ofOne, ...(this.hasFactors ? [ofAll] : [])]);
    return {
      columns: single.columns,
      fixed: { ...single.fixed, lossWeights: tf.tensor2d(weights) },
      perStep: {
        ...perStep,
        scalars: tf.tensor3d(scalars, [capacity, this.count, width]),
        factors: this.hasFactors ? this.factors(capacity) : ofAll,
      },
    };
  }

  /** Every setting's own factors on its loss weights, the same for all steps of an epoch: [capacity, settings, heads]. */
  private factors(capacity: number): TF.Tensor {
    const factors = this.settings.balancings.map((balancing) => balancing.factors());
    return tf.tidy(() => tf.broadcastTo(tf.tensor2d(factors), [capacity, factors.length, factors[0]!.length]));
  }
}
