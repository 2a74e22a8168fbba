import { ReluctantError } from '../../core';
import type { FitOptions, TrainingData } from '../../training';
import type { Program } from '../program';
import type { BenchmarkProgram } from './benchmark';

/** What a module has to export to become a program of the benchmark. */
export interface ProgramModule {
  /** Name in the tables; default the module's file. */
  name?: string;
  /** The cause that should be named first; leave it out for a healthy program. */
  cause?: string;
  /** Rows to train and validate on, for a seed. */
  data(seed: number): TrainingData;
  /** The model, for a seed; the same seed must give the same weights. */
  model(seed: number): ReturnType<Program['model']>;
  /** A loss, or one by head. */
  loss: FitOptions['losses'];
  optimizer: NonNullable<FitOptions['optimizer']>;
  /** The rest of the options of `fit`: epochs, batchSize, lossWeights ... */
  options?: Partial<FitOptions>;
}

/**
 * A program of one's own for the benchmark, from a module that exports `data`, `model`, `loss` and `optimizer`.
 *
 * @param file its name, for errors and tables.
 * @throws ReluctantError `not-a-program` naming what the module lacks.
 * @example
 * const twin = benchmark.TWINS[0].build(1, false);
 * const module = { data: () => twin.data, model: twin.model, loss: 'meanSquaredError', optimizer: { kind: 'adam' } };
 * benchmark.programOfModule(module, 'mine.ts').cause; // ''
 */
export function programOfModule(module: object, file: string): BenchmarkProgram {
  const own = module as ProgramModule & { default?: object };
  if (own.data === undefined && own.default) return programOfModule(own.default, file);
  const wrong = [
    ...(['data', 'model'] as const).filter((name) => typeof own[name] !== 'function'),
    ...(own.loss === undefined ? ['loss'] : []),
    ...(typeof own.optimizer === 'object' ? [] : ['optimizer']),
  ];
  if (wrong.length > 0) {
    throw new ReluctantError({
      code: 'not-a-program',
      operation: 'benchmark',
      problem: `the module does not export ${wrong.join(', ')}`,
      where: { file },
      received: Object.keys(own),
      expected: 'data(seed), model(seed), loss and optimizer',
    });
  }
  const options = { epochs: 40, batchSize: 32, ...own.options, losses: own.loss, optimizer: own.optimizer };
  return {
    name: own.name ?? file,
    cause: own.cause ?? '',
    build: (seed) => ({ data: own.data(seed), model: () => own.model(seed), options: { ...options, seed } }),
  };
}
