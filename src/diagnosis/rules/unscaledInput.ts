import { measure, rule } from './rule';

/** Features far from unit scale: never normalised, or normalised twice. */
export const unscaledInput = rule({
  id: 'unscaled-input',
  watches: 'the centre and spread of every feature',
  thresholds: {
    wide: { value: 10, source: 'neither min-max nor standardised (TheDeepChecker), with a margin of ten' },
    narrow: { value: 0.1, source: 'the same margin below' },
    offCentre: { value: 10, source: 'a centre ten spreads away from 0 is not standardised' },
    share: { value: 0.5, source: 'twice-normalised data is narrow in most features, a rare flag in one' },
  },
  evaluate({ features }, { wide, narrow, offCentre, share }) {
    const moving = features.filter(({ std, words }) => std > 0 && !words);
    const name = ({ input, feature }: { input: string; feature: number }) => `${input}[${feature}]`;
    const broad = moving.filter((f) => f.robustStd > wide || Math.abs(f.median) > wide);
    const symptoms = broad.map((f) => ({
      rule: 'unscaled-input',
      kind: 'wide',
      where: name(f),
      evidence: [measure('median', f.median, '', wide), measure('robust standard deviation', f.robustStd, '', wide)],
    }));
    const thin = moving.filter((f) => f.std < narrow && f.max - f.min < narrow * 10 && Math.abs(f.median) <= wide);
    if (thin.length <= share * moving.length) return symptoms;
    return [
      ...symptoms,
      ...thin.map((f) => ({
        rule: 'unscaled-input',
        kind: 'narrow',
        where: name(f),
        evidence: [
          measure('standard deviation', f.std, '', narrow),
          measure('median over standard deviation', Math.abs(f.median) / f.std, '', offCentre),
        ],
      })),
    ];
  },
});
