import type { FitOptions } from '../../../training';
import type { LayersProgram as Program } from '../../evidence/program';
import { withOptions } from '../../mends/mends';
import { bySeverity, type Mutation } from './mutation';

const optimizerOf = ({ options: { optimizer = {} } }: Program) => {
  const kind = optimizer.kind ?? 'adam';
  return { ...optimizer, kind, learningRate: optimizer.learningRate ?? (kind === 'sgd' ? 0.01 : 0.001) };
};

const withOptimizer = (program: Program, change: Partial<NonNullable<FitOptions['optimizer']>>): Program =>
  withOptions(() => ({ optimizer: { ...optimizerOf(program), ...change } }))(program);

const LATE = ['undertrained', 'learning-rate-too-low'];

/** Operators on the settings of the training. */
export const OF_SETTINGS: readonly Mutation[] = [
  {
    operator: 'learning rate raised',
    accepts: ['learning-rate-too-high', 'numbers-left-range', 'dead-layers', 'saturated-layers'],
    apply: (program, severity) =>
      withOptimizer(program, { learningRate: optimizerOf(program).learningRate * bySeverity(severity, 30, 100, 400) }),
  },
  {
    operator: 'learning rate lowered',
    accepts: LATE,
    apply: (program, severity) =>
      withOptimizer(program, { learningRate: optimizerOf(program).learningRate / bySeverity(severity, 30, 200, 3000) }),
  },
  {
    operator: 'epochs removed',
    accepts: LATE,
    apply: (program, severity) =>
      withOptions(({ epochs = 10 }) => ({
        epochs: Math.max(1, Math.round(epochs / bySeverity(severity, 10, 20, 60))),
      }))(program),
  },
  {
    operator: 'batch of all rows',
    accepts: ['batch-too-large', ...LATE],
    apply: (program, severity) =>
      withOptions(({ epochs = 10 }) => ({
        batchSize: bySeverity(severity, 300, 1000, 1000),
        epochs: severity === 'gross' ? Math.ceil(epochs / 2) : epochs,
      }))(program),
  },
  {
    operator: 'gradient descent for Adam',
    accepts: LATE,
    apply: (program, severity) =>
      optimizerOf(program).kind === 'sgd'
        ? undefined
        : withOptions(() => ({
            optimizer: { kind: 'sgd', learningRate: bySeverity(severity, 1e-3, 3e-4, 5e-5) },
          }))(program),
  },
  {
    operator: 'momentum too high',
    accepts: ['learning-rate-too-high', 'numbers-left-range', 'dead-layers', 'saturated-layers'],
    apply: (program, severity) =>
      withOptions(() => ({
        optimizer: { kind: 'sgd', learningRate: bySeverity(severity, 0.03, 0.1, 0.3), momentum: 0.99 },
      }))(program),
  },
  {
    operator: 'gradients clipped short',
    accepts: ['gradient-clipped', ...LATE],
    apply: (program, severity) =>
      withOptions(() => ({
        optimizer: { kind: 'sgd', learningRate: 0.02, momentum: 0.9 },
        clipNorm: bySeverity(severity, 1e-2, 3e-3, 1e-3),
      }))(program),
  },
  {
    operator: 'decay of the weights too strong',
    accepts: ['regularisation-too-strong'],
    apply: (program, severity) =>
      withOptions(() => ({
        optimizer: { kind: 'adamw', learningRate: 3e-3, weightDecay: bySeverity(severity, 2, 8, 30) },
      }))(program),
  },
  {
    operator: 'one head outweighs the others',
    accepts: ['dominant-loss-term'],
    apply: (program, severity) => {
      const weights = program.options.lossWeights;
      const heads = Object.keys(weights ?? {});
      if (heads.length < 2) return undefined;
      const factor = bySeverity(severity, 1e3, 1e4, 1e6);
      return withOptions(() => ({ lossWeights: { ...weights, [heads[heads.length - 1]!]: factor } }))(program);
    },
  },
];
