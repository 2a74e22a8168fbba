import { createHash } from 'node:crypto';
import { ReluctantError } from '../../core';
import type { RunSettings } from '../settings';
import type { TrainingState } from '../state';
import type { Optimizer } from '../step/optimizer';

/** The settings that a resumed run has to share with the run it goes on from, as texts. */
export function settingsToResume(settings: RunSettings, { learningRate, slots }: Optimizer): Record<string, string> {
  const losses = Object.entries(settings.losses).map(([head, loss]) => [`loss of ${head}`, nameOf(loss)]);
  return {
    ...Object.fromEntries(losses),
    batchSize: String(settings.batchSize),
    seed: String(settings.seed),
    shuffle: String(settings.shuffle),
    balancer: settings.balancer.kind,
    clipNorm: String(settings.frame.clipNorm),
    clipVariableNorm: String(settings.frame.clipVariableNorm),
    clipValue: String(settings.frame.clipValue),
    accumulateSteps: String(settings.frame.accumulateSteps),
    averaging: JSON.stringify(settings.averaging ?? 'none'),
    learningRate: String(learningRate),
    'slots of the optimizer': String(slots.length),
  };
}

/** A loss of one's own is known by its source. */
const nameOf = (loss: unknown): string =>
  typeof loss === 'function'
    ? `${loss.name || 'function'} ${createHash('sha256').update(String(loss)).digest('hex').slice(0, 8)}`
    : String(loss);

/** @throws ReluctantError `settings-differ` where a resumed run would not be the one that was begun. */
export function checkSameSettings({ settings }: TrainingState, now: RunSettings, optimizer: Optimizer): void {
  const present = settingsToResume(now, optimizer);
  const differing = Object.keys(settings ?? {}).filter((name) => settings![name] !== present[name]);
  if (differing.length === 0) return;
  throw new ReluctantError({
    code: 'settings-differ',
    operation: 'fit',
    problem: `the run to resume was begun with another ${differing.join(', ')}`,
    received: Object.fromEntries(differing.map((name) => [name, present[name]])),
    expected: differing.map((name) => `${name}: ${settings![name]}`).join(', '),
    fix: 'resume with the options the run was begun with, or begin a new run from its weights',
  });
}
