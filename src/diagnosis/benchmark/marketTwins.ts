import { Random, type TF, tf } from '../../core';
import { type Program, program } from '../../programs';
import type { RowFacts, Samples } from '../../training';
import type { Twin } from './twins';

/** Rows of a small market as they are before they become tensors. */
interface MarketRows {
  /** [rows][window][features], oldest step first. */
  windows: number[][][];
  targets: Record<string, number[][]>;
  symbols: string[];
  closes: number[];
  returns: number[];
}

/** What a fault may bend on the way from prices to tensors. */
interface Pipeline {
  /** Closes of every symbol, day by day. */
  closes: number[][];
  /** Feature values by symbol, day and feature. */
  features: number[][][];
  names: string[];
  /** Rows [symbol, day] in the order in which windows are cut and targets are counted. */
  order: [symbol: number, day: number][];
  /** Cut windows and count targets along `order`, whosever the rows are. */
  windowsByRow: boolean;
  targetsByRow: boolean;
  classes: string[];
  /** Column of the class of a return. */
  classOf: (value: number) => number;
  scale: 'training' | 'all';
  ranked: 'training' | 'all' | undefined;
  namedFeatures?: string[];
}

/** Not the horizon, so that as many rows further down is another symbol. */
const SYMBOLS = 6;
const DAYS = 300;
const WINDOW = 5;
const HORIZON = 5;
const WARM_UP = 20;

/** Prices of a few symbols of different level and volatility, in which the last returns say something of the next. */
function pipelineOf(random: Random): Pipeline {
  const closes: number[][] = [];
  const features: number[][][] = [];
  for (let symbol = 0; symbol < SYMBOLS; symbol++) {
    const volatility = 0.008 * (symbol + 1);
    const returns: number[] = [];
    let [signal, state] = [0, random.normal()];
    for (let day = 0; day < DAYS; day++) {
      returns.push(volatility * Math.exp(0.3 * state) * (0.9 * signal + 0.3 * random.normal()));
      signal = 0.9 * signal + Math.sqrt(0.19) * random.normal();
      state = 0.8 * state + 0.6 * random.normal();
      features[symbol] ??= [];
      features[symbol]!.push([0, 0, 0, signal, state + symbol]);
    }
    let price = 20 * (symbol + 1);
    closes.push(returns.map((value) => (price *= 1 + value)));
    features[symbol]!.forEach((row, day) => {
      row[0] = day === 0 ? 0 : closes[symbol]![day]! / closes[symbol]![day - 1]! - 1;
      const last = returns.slice(Math.max(0, day - 9), day + 1);
      row[1] = Math.sqrt(last.reduce((sum, value) => sum + value ** 2, 0) / last.length);
      row[2] = closes[symbol]![day]! / closes[symbol]![Math.max(0, day - 10)]! - 1;
    });
  }
  const order: [number, number][] = [];
  for (let day = 0; day < DAYS; day++) for (let symbol = 0; symbol < SYMBOLS; symbol++) order.push([symbol, day]);
  return {
    closes,
    features,
    names: ['return', 'volatility', 'momentum', 'signal', 'state'],
    order,
    windowsByRow: false,
    targetsByRow: false,
    classes: ['down', 'flat', 'up'],
    classOf: (value) => (value < -0.01 ? 0 : value > 0.01 ? 2 : 1),
    scale: 'training',
    ranked: undefined,
  };
}

function rowsOf(pipeline: Pipeline): MarketRows {
  const { closes, features, order, windowsByRow, targetsByRow, classes, classOf } = pipeline;
  const rows: MarketRows = {
    windows: [],
    targets: { magnitude: [], direction: [] },
    symbols: [],
    closes: [],
    returns: [],
  };
  order.forEach(([symbol, day], place) => {
    if (day < WARM_UP || day + HORIZON >= DAYS || place + HORIZON >= order.length) return;
    const step = (back: number): [number, number] => (windowsByRow ? order[place - back]! : [symbol, day - back]);
    const [other, later] = targetsByRow ? order[place + HORIZON]! : [symbol, day + HORIZON];
    const change = closes[other]![later]! / closes[symbol]![day]! - 1;
    const own = closes[symbol]![day + HORIZON]! / closes[symbol]![day]! - 1;
    rows.windows.push(
      Array.from({ length: WINDOW }, (_, k) => {
        const [s, d] = step(WINDOW - 1 - k);
        return features[s]![d]!;
      }),
    );
    rows.targets['magnitude']!.push([Math.abs(change)]);
    rows.targets['direction']!.push(classes.map((_, column) => Number(column === classOf(own))));
    rows.symbols.push(`S${symbol + 1}`);
    rows.closes.push(closes[symbol]![day]!);
    rows.returns.push(own);
  });
  return rows;
}

const TRAINING_SHARE = 0.7;

/** Tensors of both parts, scaled and, where asked for, ranked. */
function dataOf(pipeline: Pipeline): Samples & { validation: Samples } {
  const rows = rowsOf(pipeline);
  const cut = Math.floor(TRAINING_SHARE * rows.windows.length);
  const all = rows.windows.map((window) => window.at(-1)!);
  const fitted = pipeline.scale === 'all' ? all : all.slice(0, cut);
  const width = all[0]!.length;
  const scales = Array.from({ length: width }, (_, column) => {
    const values = fitted.map((row) => row[column]!);
    const center = values.reduce((a, b) => a + b, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / values.length);
    return { center, spread: spread > 0 ? spread : 1 };
  });
  const scaled = rows.windows.map((window) =>
    window.map((row) => row.map((value, column) => (value - scales[column]!.center) / scales[column]!.spread)),
  );
  if (pipeline.ranked) {
    const known = (pipeline.ranked === 'all' ? rows.returns : rows.returns.slice(0, cut)).slice().sort((a, b) => a - b);
    const rank = (value: number) => known.filter((other) => other < value).length / (known.length - 1);
    rows.targets = { magnitude: rows.returns.map((value) => [Math.min(1, rank(value))]) };
  }
  const part = (from: number, to: number): Samples => ({
    inputs: tf.tensor3d(scaled.slice(from, to)),
    targets: Object.fromEntries(
      Object.entries(rows.targets).map(([head, values]) => [head, tf.tensor2d(values.slice(from, to))]),
    ),
    facts: factsOf(pipeline, rows, from, to),
  });
  return { ...part(0, cut), validation: part(cut, rows.windows.length) };
}

function factsOf(pipeline: Pipeline, rows: MarketRows, from: number, to: number): RowFacts {
  return {
    symbols: rows.symbols.slice(from, to),
    closes: rows.closes.slice(from, to),
    returns: rows.returns.slice(from, to),
    features: pipeline.namedFeatures ?? pipeline.names,
    ...(!pipeline.ranked && { classes: { direction: pipeline.classes } }),
  };
}

function modelOf(seed: number, columns: number, heads: readonly string[]): TF.LayersModel {
  const random = new Random(seed);
  const next = () => tf.initializers.glorotUniform({ seed: random.integer(1, 2 ** 30) });
  const input = tf.input({ shape: [WINDOW, columns], name: 'window' });
  const flat = tf.layers.flatten().apply(input) as TF.SymbolicTensor;
  const hidden = tf.layers.dense({ name: 'hidden', units: 12, activation: 'tanh', kernelInitializer: next() });
  const trunk = hidden.apply(flat) as TF.SymbolicTensor;
  const outputs = heads.map((name) => {
    const isClass = name === 'direction';
    const layer = tf.layers.dense({
      name,
      units: isClass ? 3 : 1,
      activation: isClass ? 'softmax' : 'softplus',
      kernelInitializer: next(),
    });
    return layer.apply(trunk) as TF.SymbolicTensor;
  });
  return tf.model({ inputs: input, outputs });
}

type Bend = (pipeline: Pipeline, random: Random) => void;

/** A program over such a market, whose setting may hold what it does not read. */
function marketProgram(seed: number, pipeline: Pipeline, setting: Record<string, unknown>): Program {
  const heads = pipeline.ranked ? ['magnitude'] : ['magnitude', 'direction'];
  const made = program({
    name: 'market',
    defaults: { seed, epochs: 40, learningRate: 5e-3, blocks: 4 },
    data: () => dataOf(pipeline),
    model: ({ seed: own }: { seed: number }) => modelOf(own, pipeline.names.length, heads),
    options: {
      losses: Object.fromEntries(
        heads.map((head) => [head, head === 'direction' ? 'categoricalCrossentropy' : 'meanSquaredError'] as const),
      ),
    },
  });
  return made.with(setting as never) as unknown as Program;
}

/** A fault of putting a market's rows together, and its healthy twin. */
export interface MarketTwin extends Omit<Twin, 'build'> {
  build(seed: number, faulty: boolean): Program;
}

const twin = (
  fault: string,
  cause: string,
  bend: Bend,
  { setting = {}, healthy }: { setting?: Record<string, unknown>; healthy?: Bend } = {},
): MarketTwin => ({
  fault,
  cause,
  build(seed, faulty) {
    const random = new Random(seed).fork(fault);
    const pipeline = pipelineOf(random.fork('market'));
    healthy?.(pipeline, random);
    if (faulty) bend(pipeline, random);
    return marketProgram(seed, pipeline, faulty ? setting : {});
  },
});

const everyDay = ({ features }: Pipeline, change: (row: number[], symbol: number, day: number) => void) =>
  features.forEach((days, symbol) => {
    days.forEach((row, day) => {
      change(row, symbol, day);
    });
  });

const returnAhead = ({ closes }: Pipeline, symbol: number, day: number, rows: number): number => {
  const later = Math.min(DAYS - 1, day + rows);
  return closes[symbol]![later]! / closes[symbol]![day]! - 1;
};

/** Faults that the documented systems had in the way from prices to tensors. */
export const MARKET_TWINS: readonly MarketTwin[] = [
  twin('targets counted along rows of all symbols', 'targets-cross-symbols', (pipeline) => {
    pipeline.targetsByRow = true;
  }),
  twin('windows cut along rows of all symbols', 'windows-cross-symbols', (pipeline) => {
    pipeline.windowsByRow = true;
  }),
  twin('the return to come left among the features', 'future-in-inputs', (pipeline) => {
    everyDay(pipeline, (row, symbol, day) => {
      row[2] = returnAhead(pipeline, symbol, day, HORIZON);
    });
  }),
  twin('the return of a row written one row too early', 'future-in-inputs', (pipeline) => {
    everyDay(pipeline, (row, symbol, day) => {
      row[0] = returnAhead(pipeline, symbol, day, 1);
    });
  }),
  twin('the target itself among the features', 'future-in-inputs', (pipeline) => {
    everyDay(pipeline, (row, symbol, day) => {
      row[4] = Math.abs(returnAhead(pipeline, symbol, day, HORIZON));
    });
  }),
  twin('warm-up filled backwards', 'future-in-inputs', (pipeline) => {
    const { features } = pipeline;
    for (const days of features) for (let day = 0; day < WARM_UP + 12; day++) days[day]![1] = days[WARM_UP + 12]![1]!;
  }),
  twin('a scaler fitted to all rows', 'fitted-on-validation', (pipeline) => {
    pipeline.scale = 'all';
  }),
  twin(
    'ranks among all rows as targets',
    'fitted-on-validation',
    (pipeline) => {
      pipeline.ranked = 'all';
    },
    {
      healthy: (pipeline) => {
        pipeline.ranked = 'training';
      },
    },
  ),
  twin('a label of -1 as the last class', 'classes-moved', (pipeline) => {
    // Down, flat and up are -1, 0 and 1, used as columns: flat, up, down.
    const before = pipeline.classOf;
    pipeline.classOf = (value) => (before(value) + 2) % 3;
  }),
  twin('twelve features named, five arrive', 'features-do-not-arrive', (pipeline) => {
    pipeline.namedFeatures = Array.from({ length: 12 }, (_, k) => `feature ${k + 1}`);
  }),
  twin('a setting that nothing reads', 'setting-not-used', () => undefined, { setting: { blocks: 12 } }),
];
