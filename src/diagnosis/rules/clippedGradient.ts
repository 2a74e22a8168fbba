import { measure, rule } from './rule';

/** Gradients clipped so short that gradient descent hardly moves. */
export const clippedGradient = rule({
  id: 'clipped-gradient',
  watches: 'the norm that gradients are clipped to against their norm before training',
  thresholds: { share: { value: 0.05, source: 'a twentieth of the gradient: clipping is meant for outliers' } },
  evaluate({ options, initial, final }, { share }) {
    const norm = Math.sqrt(((initial ?? final).gradients?.rows ?? []).reduce((sum, row) => sum + row.norm ** 2, 0));
    const limit = options.clipNorm ?? Number.NaN;
    // Adam divides by the size of the gradient: only its direction counts.
    if (!(options.optimizer?.kind === 'sgd' && limit < share * norm)) return [];
    const evidence = [
      measure('norm that gradients are clipped to', limit, '', share * norm),
      measure('norm of the gradient', norm),
    ];
    return [{ rule: 'clipped-gradient', kind: 'tight', where: '', evidence }];
  },
});
