import { checkNumber } from '../../core';
import type { HistoryRow } from '../history';
import type { Best } from '../metrics';
import type { FitOptions } from '../options';
import { Monitor } from './monitor';

/** Lengths of a run that schedules are told. */
export interface RunLength {
  stepsPerEpoch: number;
  totalSteps: number;
}

/** The learning rate of a run: the optimiser's, times its schedule, lowered on plateaus. */
export class LearningRate {
  private scale = 1;
  private readonly plateau: Monitor | undefined;

  /** @param fallback the number a plateau is looked for in, if the options name none. */
  constructor(
    private rate: number,
    private readonly options: Pick<FitOptions, 'schedule' | 'reduceOnPlateau'>,
    private readonly length: RunLength,
    fallback: string,
    directions: ReadonlyMap<string, Best>,
  ) {
    this.plateau = options.reduceOnPlateau && new Monitor(options.reduceOnPlateau, fallback, directions);
  }

  /** The rate that schedule and plateaus are factors on. */
  get base(): number {
    return this.rate;
  }

  /** @throws ReluctantError `number-out-of-range`. */
  set base(rate: number) {
    this.rate = checkNumber('fit', 'learningRate', rate, 0);
  }

  /** The rate of a step, counted from 0 in its epoch. */
  at(epoch: number, step: number): number {
    const { schedule, reduceOnPlateau } = this.options;
    const floor = Math.min(reduceOnPlateau?.minLearningRate ?? 0, this.rate);
    const factor = schedule?.({ step: epoch * this.length.stepsPerEpoch + step, ...this.length }) ?? 1;
    return Math.max(this.rate * this.scale, floor) * factor;
  }

  /** The plateau's answer to an epoch; a resumed run works out the scale again from the history. */
  observe(row: HistoryRow): void {
    const { plateau } = this;
    if (!plateau || plateau.observe(row) || !plateau.exhausted) return;
    this.scale *= this.options.reduceOnPlateau!.factor ?? 0.1;
    plateau.restart();
  }
}
