import { CompiledLoop, type GraphMode, type LoopOutputs, type LoopRange, runEagerly, UNTRACEABLE } from '../../compile';
import { ReluctantError, type TF, tf } from '../../core';
import type { Mode } from '../mode';
import type { TrainingStep, TrainingStepInputs } from '../step/batch';
import { chooseMode, whyNotXLA } from './modeChoice';

/** Steps of one batch size, in the mode asked for or measured to be fastest. */
export class Runner {
  /** How the steps run. */
  mode: Exclude<Mode, 'auto'> = 'eager';
  /** Why in that mode. */
  reason = 'as asked for';
  warning: string | undefined;
  private loop: CompiledLoop<TrainingStepInputs> | undefined;

  /**
   * Traces the step and, in mode `auto`, measures. Variables are as before afterwards.
   *
   * @param step unless `compiled` is a loop made of one already. @param plannedSteps steps the whole run will take at most: a short run is not worth XLA's compile time.
   * @param repeatable the step has been traced before, for another batch: it is known to do the same on every call.
   */
  constructor(
    private readonly step: TrainingStep | undefined,
    private readonly batch: number,
    mode: Mode,
    sample: TrainingStepInputs,
    plannedSteps: number,
    { compiled, repeatable }: { compiled?: CompiledLoop<TrainingStepInputs>; repeatable?: boolean } = {},
  ) {
    if (mode === 'eager') return;
    if (compiled || !step) {
      this.loop = compiled;
      this.choose(mode, sample, plannedSteps);
      return;
    }
    try {
      this.loop = CompiledLoop.of('fit', step, batch, sample, { repeatable });
    } catch (error) {
      if (!(error instanceof ReluctantError) || !UNTRACEABLE.has(error.code)) throw error;
      this.reason = `the step cannot be compiled: ${error.message}`;
      this.warning = `${error.message} — running in mode "eager", which is many times slower`;
      return;
    }
    this.choose(mode, sample, plannedSteps);
  }

  run(inputs: TrainingStepInputs, range: LoopRange): LoopOutputs {
    if (this.mode === 'eager') return runEagerly(this.step!, this.batch, inputs, range);
    return this.loop!.run(this.mode, inputs, range);
  }

  /** The loop, if the step could be compiled. */
  get compiled(): CompiledLoop<TrainingStepInputs> | undefined {
    return this.loop;
  }

  private choose(mode: Mode, sample: TrainingStepInputs, plannedSteps: number): void {
    const loop = this.loop!;
    const measure = (candidate: GraphMode, steps: number) => this.measure(candidate, sample, steps);
    if (mode === 'auto') {
      const capacity = sample.perStep.key.shape[0]!;
      const chosen = chooseMode(loop, plannedSteps, (candidate) => measure(candidate, capacity));
      Object.assign(this, chosen);
      return;
    }
    this.mode = mode;
    if (mode === 'graph') return;
    try {
      measure(mode as GraphMode, 1);
    } catch (error) {
      if (error instanceof ReluctantError) throw error;
      this.mode = 'graph';
      this.reason = whyNotXLA(loop, error);
      this.warning = `${this.reason} — running in mode "graph"`;
    }
  }

  /** Seconds a step takes, measured on the sample; what the steps did to the variables is undone. */
  private measure(mode: GraphMode, sample: TrainingStepInputs, capacity: number): number {
    const before = this.loop!.variables.map((variable) => variable.clone());
    const timed = (steps: number) => {
      const start = performance.now();
      disposeOutputs(this.loop!.run(mode, sample, { from: 0, until: steps }));
      return (performance.now() - start) / 1000 / steps;
    };
    try {
      // The first call compiles. Then the steps of one call grow until it lasts long enough to be worth reading.
      timed(1);
      let seconds = timed(1);
      let steps = 1;
      while (steps < capacity && seconds * steps < LONG_ENOUGH) {
        steps = Math.min(capacity, steps * 8);
        seconds = timed(steps);
      }
      // Other work on the machine only ever adds time, so the least of a few is the best estimate.
      return steps > 1 ? Math.min(seconds, timed(steps), timed(steps)) : seconds;
    } finally {
      this.loop!.variables.forEach((variable, k) => {
        variable.assign(before[k]!);
      });
      tf.dispose(before);
    }
  }
}

/** Seconds that one timed call should last. */
const LONG_ENOUGH = 0.03;

export function disposeOutputs({ record, rows }: LoopOutputs): void {
  tf.dispose([record, ...Object.values(rows)] as TF.Tensor[]);
}
