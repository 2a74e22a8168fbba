// npm run bench:calibration [-- --seed 11] [--seeds 3] [--epochs 12] [--symbols 12] [--days 900] [--json FILE]: a softplus head that says too little of
// volatility or magnitude, and what is proposed against it: a larger loss weight, a calibration layer, a target in logarithms, a target in percentiles.
// All train on the same rows; the layer and the scale of the logarithms are fitted on rows that follow them, and everything is judged on rows
// that follow those. Exits with 1 where a claim below the table does not hold.
import * as fs from 'node:fs';
import { parseArgs } from 'node:util';
import { type TF, tf } from '../src/core';
import { makeSamples, RankMap, type SampleSet } from '../src/data';
import { calibrationLine, mean, quantileOfSorted, rankIC, reliability, rSquared } from '../src/evaluation';
import { financialWaveNet, type HeadActivation } from '../src/models';
import { market } from '../src/synthetic';
import { formatNumber, Table } from '../src/tables';
import { type FitOptions, fit } from '../src/training';

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '11' },
    seeds: { type: 'string', default: '3' },
    epochs: { type: 'string', default: '12' },
    symbols: { type: 'string', default: '12' },
    days: { type: 'string', default: '900' },
    json: { type: 'string' },
  },
});
process.env['RELUCTANT_LEDGER'] = 'off';

const HEADS = ['volatility', 'magnitude'] as const;
type Head = (typeof HEADS)[number];
const samples = makeSamples(
  market({ symbols: Number(flags.symbols), days: Number(flags.days), seed: Number(flags.seed) }),
  {
    window: 16,
    horizon: 5,
    split: { training: 0.5, validation: 0.2 },
  },
);
const PARTS = { training: samples.training, calibration: samples.validation, test: samples.test };
const targetsOf = (set: SampleSet, head: Head): Float64Array =>
  Float64Array.from(head === 'volatility' ? set.volatilities : set.magnitudes);

/** How the numbers of a target are told to the head, and read back. */
interface Scale {
  to(value: number): number;
  from(value: number): number;
}
const PLAIN: Scale = { to: (value) => value, from: (value) => value };

/** Logarithms; a return of exactly 0 has none and counts as the lowest hundredth of the training targets. */
function logarithms(training: Float64Array): Scale {
  const sorted = training.filter((value) => value > 0).sort();
  const least = quantileOfSorted(sorted, 0.01);
  return { to: (value) => Math.log(Math.max(value, least)), from: Math.exp };
}

/** Where a value stands among the training targets, on [0, 1]. */
function percentiles(training: Float64Array): Scale {
  const map = RankMap.fit(training);
  return { to: (value) => map.rank(value), from: (value) => map.value(value) };
}

interface Way {
  activation: HeadActivation;
  lossWeight: number;
  scale(training: Float64Array): Scale;
  /** What is done to predictions in the target's own unit, fitted on the calibration rows. */
  after?(targets: Float64Array, predictions: Float64Array): (prediction: number) => number;
}

/** The calibration layer: one unit on top of the head, its weights the least squares of the calibration rows, never below 0. */
const line = (targets: Float64Array, predictions: Float64Array) => {
  const { slope, intercept } = calibrationLine(targets, predictions);
  return (prediction: number) => Math.max(0, intercept + slope * prediction);
};

/** Exp of a mean logarithm is below the mean: Duan's smearing (1983), as the ratio of the means. */
const smearing = (targets: Float64Array, predictions: Float64Array) => {
  const factor = mean(targets) / mean(predictions);
  return (prediction: number) => factor * prediction;
};

const softplus = { activation: 'softplus', lossWeight: 1, scale: () => PLAIN } as const;
const WAYS = {
  'softplus, as documented': softplus,
  'loss weight 100': { ...softplus, lossWeight: 100 },
  'calibration layer': { ...softplus, after: line },
  'log target': { activation: 'linear', lossWeight: 1, scale: logarithms },
  'log target, scaled back': { activation: 'linear', lossWeight: 1, scale: logarithms, after: smearing },
  'percentile target': { activation: 'sigmoid', lossWeight: 1, scale: percentiles },
  'percentile target, calibration layer': { activation: 'sigmoid', lossWeight: 1, scale: percentiles, after: line },
} as const satisfies Record<string, Way>;
type WayName = keyof typeof WAYS;

const NUMBERS = ['mean ratio', 'slope', 'calibration error', 'scale ratio', 'R²', 'rank correlation'] as const;
type Measured = Record<(typeof NUMBERS)[number], number>;

/** Predictions of the heads for a part, in the unit that the head was taught. */
function predict(model: TF.LayersModel, set: SampleSet): Record<Head, Float64Array> {
  const { inputs, targets } = set.toTensors();
  const outputs = model.predict(inputs, { batchSize: 4096 }) as TF.Tensor[];
  const read = (head: Head) => Float64Array.from(outputs[model.outputNames.indexOf(head)]!.dataSync());
  const found = { volatility: read('volatility'), magnitude: read('magnitude') };
  tf.dispose([inputs, targets, outputs] as unknown as TF.TensorContainer);
  return found;
}

/** Trains a way's heads; ways that differ only in what comes after share a fit. */
const trained = new Map<string, Promise<Record<Head, Record<keyof typeof PARTS, Float64Array>>>>();
function fitted(way: Way, seed: number) {
  const key = `${way.activation} ${way.lossWeight} ${way.scale} ${seed}`;
  const known = trained.get(key) ?? fitOnce(way, seed);
  trained.set(key, known);
  return known;
}

async function fitOnce({ activation, lossWeight, scale }: Way, seed: number) {
  const features = samples.features.length;
  const model = financialWaveNet({
    window: 16,
    features,
    channels: 8,
    fusionUnits: 16,
    seed,
    headActivation: activation,
  });
  const { inputs, targets } = samples.training.toTensors();
  const scales = Object.fromEntries(HEADS.map((head) => [head, scale(targetsOf(samples.training, head))])) as Record<
    Head,
    Scale
  >;
  const taught = Object.fromEntries(
    HEADS.map((head) => [
      head,
      tf.tensor2d(Float32Array.from(targetsOf(samples.training, head), scales[head].to), [samples.training.size, 1]),
    ]),
  ) as Record<Head, TF.Tensor2D>;
  const options = {
    losses: { direction: 'categoricalCrossentropy', volatility: 'meanSquaredError', magnitude: 'meanSquaredError' },
    lossWeights: { direction: 1, volatility: lossWeight, magnitude: lossWeight },
    epochs: Number(flags.epochs),
    batchSize: 128,
    seed,
    optimizer: { kind: 'adam', learningRate: 0.003 },
    mode: 'graph',
  } satisfies FitOptions;
  await fit(model, { inputs, targets: { ...targets, ...taught } }, options);
  const said = Object.fromEntries(
    (['training', 'calibration', 'test'] as const).map((part) => [part, predict(model, PARTS[part])]),
  );
  model.dispose();
  tf.dispose([inputs, targets, taught] as unknown as TF.TensorContainer);
  return Object.fromEntries(
    HEADS.map((head) => [
      head,
      Object.fromEntries(Object.entries(said).map(([part, heads]) => [part, heads[head].map(scales[head].from)])),
    ]),
  ) as Record<Head, Record<keyof typeof PARTS, Float64Array>>;
}

async function measure(way: Way, head: Head, seed: number): Promise<Measured> {
  const said = (await fitted(way, seed))[head];
  const after = way.after?.(targetsOf(PARTS.calibration, head), said.calibration) ?? ((value: number) => value);
  const [targets, predictions] = [targetsOf(PARTS.test, head), said.test.map(after)];
  const found = reliability(targets, predictions);
  return {
    'mean ratio': mean(predictions) / mean(targets),
    slope: found.slope,
    'calibration error': found.calibrationError / mean(targets),
    'scale ratio': found.scaleRatio,
    'R²': rSquared(targets, predictions),
    'rank correlation': rankIC(targets, predictions),
  };
}

/** Claims that are checked against the numbers above them. */
function claims(results: Record<Head, Record<WayName, Measured>>): [string, boolean][] {
  const both = (holds: (of: (way: WayName) => Measured) => boolean) =>
    HEADS.every((head) => holds((way) => results[head][way]));
  return [
    [
      'the calibration layer errs less than the head alone (it also turns round a head that ranks backwards)',
      both((of) => of('calibration layer')['calibration error'] < of('softplus, as documented')['calibration error']),
    ],
    [
      'a larger loss weight does not mend it: the head still says less than half of what follows',
      both((of) => of('loss weight 100')['mean ratio'] < 0.5),
    ],
    [
      'a target in logarithms ranks better than the plain one, and errs less, scaled back or not',
      both((of) => {
        const [plain, log, back] = [of('softplus, as documented'), of('log target'), of('log target, scaled back')];
        const least = Math.max(log['calibration error'], back['calibration error']);
        return log['rank correlation'] > plain['rank correlation'] && least < plain['calibration error'];
      }),
    ],
    [
      'a target in percentiles, read back, says too little as well: the median of a skewed law is below its mean',
      both((of) => of('percentile target')['mean ratio'] < 1),
    ],
  ];
}

async function main(): Promise<void> {
  const seeds = Array.from({ length: Number(flags.seeds) }, (_, k) => Number(flags.seed) + k);
  const results = { volatility: {}, magnitude: {} } as Record<Head, Record<WayName, Measured>>;
  const sizes = Object.entries(PARTS).map(([name, { size }]) => `${size} ${name}`);
  console.log(
    `${sizes.join(', ')} rows; ${flags.epochs} epochs, means over ${seeds.length} seeds, judged on the test rows`,
  );
  for (const head of HEADS) {
    for (const [name, way] of Object.entries(WAYS) as [WayName, Way][]) {
      const each: Measured[] = [];
      for (const seed of seeds) each.push(await measure(way, head, seed));
      results[head][name] = Object.fromEntries(
        NUMBERS.map((number) => [number, mean(each.map((one) => one[number]))]),
      ) as Measured;
    }
    const rows = Object.entries(results[head]).map(([way, measured]) => ({
      way,
      ...Object.fromEntries(NUMBERS.map((number) => [number, formatNumber(measured[number])])),
    }));
    console.log(`\n${head}\n\n${new Table(rows)}`);
  }
  console.log();
  for (const [claim, holds] of claims(results)) {
    console.log(`${holds ? '✔' : '✘'} ${claim}`);
    if (!holds) process.exitCode = 1;
  }
  if (flags.json) fs.writeFileSync(flags.json, `${JSON.stringify(results, null, 2)}\n`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
