import { measure, rule } from './rule';

/** Windows and targets that go on from one symbol to the next. */
export const crossingSymbols = rule({
  id: 'crossing-symbols',
  watches:
    'windows of neighbouring rows of different symbols, steps that are alike at a distance only, and targets computed anew from closes',
  thresholds: {
    windows: { value: 0.5, source: 'windows of two symbols share no step; half leaves room for days that miss' },
    gain: { value: 0.3, source: 'what lasts is more alike from one step to the next than over several' },
    alike: { value: 0.8, source: 'a series that goes on is nearly what it was' },
    byRow: { value: 0.8, source: 'a target that is recomputed exactly; rows left out before shift some' },
    bySymbol: { value: 0.5, source: 'the same rows, computed within the symbol, are something else' },
  },
  evaluate({ wiring }, { windows, gain, alike, byRow, bySymbol }) {
    const symptom = (kind: string, where: string, evidence: ReturnType<typeof measure>[]) => [
      { rule: 'crossing-symbols', kind, where, evidence },
    ];
    const crossing = wiring.crossingWindows.flatMap(({ input, share, pairs }) =>
      share > windows && pairs >= 5
        ? symptom('windows', input, [
            measure('neighbouring rows of different symbols whose windows overlap', share, 'share', windows),
            measure('such neighbours', pairs),
          ])
        : [],
    );
    const interleaved = wiring.interleavedWindows.flatMap(({ input, distance, atDistance, atOne }) =>
      atDistance > alike && atDistance - atOne > gain
        ? symptom('interleaved', input, [
            measure('steps after which a feature goes on where it was', distance, 'steps'),
            measure('correlation at that distance, median over features', atDistance, '', atOne + gain),
            measure('correlation from one step to the next', atOne),
          ])
        : [],
    );
    const targets = wiring.crossingTargets.flatMap((one) =>
      one.byRow > byRow && one.bySymbol < bySymbol
        ? symptom('targets', one.head, [
            measure('rows ahead', one.horizon, 'rows'),
            measure('targets that reach another symbol and equal what its prices give', one.byRow, 'share', byRow),
            measure('that equal what the symbol’s own prices give', one.bySymbol, 'share', bySymbol),
          ])
        : [],
    );
    return [...crossing, ...(crossing.length > 0 ? [] : interleaved), ...targets];
  },
});
