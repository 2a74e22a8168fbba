import type { Framework } from '../../recordings';

/** What a change makes of settings of the training. */
export interface ChangedSettings {
  learningRate?: number;
  momentum?: number;
  epochs?: number;
}

/** What is known of the training as it was: what goes is written with it. */
export interface MendFacts {
  /** Activation of the head concerned, and the one that the change gives it. */
  activation?: string | undefined;
  to?: string | undefined;
  learningRate?: number | undefined;
  epochs?: number | undefined;
  /** The kind of optimiser, by our name; default `adam`. */
  optimizer?: string | undefined;
  after?: ChangedSettings | undefined;
  /** Loss of the head concerned, by our name. */
  loss?: string | undefined;
}

/** A mend as code: the line that goes, where it is known, and the line that comes. */
export interface MendCode {
  before?: string;
  after: string;
}

type Code = Readonly<Record<Framework, MendCode>>;

/** The same line with what goes and with what comes. */
const changed = (line: (part: string) => string, from: string, to: string): MendCode => ({
  before: line(from),
  after: line(to),
});
const added = (after: string): MendCode => ({ after });

const name = (head: string) => JSON.stringify(head);
const TORCH: Readonly<Record<string, string>> = {
  relu: 'ReLU',
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  softmax: 'Softmax',
  softplus: 'Softplus',
};
/** A layer of PyTorch with an activation behind it. */
const torchHead = (activation: string) =>
  activation === 'linear'
    ? 'torch.nn.Linear(width, 1)'
    : `torch.nn.Sequential(torch.nn.Linear(width, 1), torch.nn.${TORCH[activation] ?? activation}())`;
const kerasName = (activation: string) => (activation === 'linear' ? 'None' : JSON.stringify(activation));

/** The head with another activation. */
const headChange = (head: string, from: string, to: string): Code => ({
  keras: changed((x) => `keras.layers.Dense(1, activation=${kerasName(x)}, name=${name(head)})`, from, to),
  torch: changed(torchHead, from, to),
  tfjs: changed((x) => `tf.layers.dense({ units: 1, activation: '${x}', name: ${name(head)} })`, from, to),
});

const loss = (keras: string, torch: string, tfjs: string, { loss: current }: MendFacts): Code => ({
  keras: added(`model.compile(optimizer, loss="${keras}")`),
  torch: added(`loss = torch.nn.${torch}()`),
  tfjs: current
    ? changed((x) => `rl.fit(model, data, { losses: '${x}' })`, current, tfjs)
    : added(`rl.fit(model, data, { losses: '${tfjs}' })`),
});

/** Classes of optimisers in Keras and PyTorch, where they are not called as here with a capital letter. */
const OPTIMIZERS: Readonly<Record<string, readonly [keras: string, torch: string]>> = {
  adamw: ['AdamW', 'AdamW'],
  nadam: ['Nadam', 'NAdam'],
  sgd: ['SGD', 'SGD'],
  rmsprop: ['RMSprop', 'RMSprop'],
};

function rate(factor: number, { learningRate, optimizer = 'adam', after = {} }: MendFacts): Code {
  const [sign, by] = factor < 1 ? ['/', 1 / factor] : ['*', factor];
  const rounded = (x: number) => String(Number(x.toPrecision(4)));
  const from = learningRate === undefined ? 'learning_rate' : rounded(learningRate);
  const to =
    after.learningRate !== undefined
      ? rounded(after.learningRate)
      : learningRate === undefined
        ? `learning_rate ${sign} ${by}`
        : rounded(learningRate * factor);
  const name = `${optimizer[0]!.toUpperCase()}${optimizer.slice(1)}`;
  const [keras, torch] = OPTIMIZERS[optimizer] ?? [name, name];
  const { momentum } = after;
  const more = (x: string, text: string) => (momentum !== undefined && x !== from ? text : '');
  const own = optimizer === 'adam' ? '' : `kind: '${optimizer}', `;
  return {
    keras: changed(
      (x) =>
        `model.compile(keras.optimizers.${keras}(learning_rate=${x}${more(x, `, momentum=${momentum}`)}), loss=...)`,
      from,
      to,
    ),
    torch: changed(
      (x) => `torch.optim.${torch}(model.parameters(), lr=${x}${more(x, `, momentum=${momentum}`)})`,
      from,
      to,
    ),
    tfjs: changed(
      (x) =>
        `rl.fit(model, data, { optimizer: { ${own}learningRate: ${x}${more(x, `, momentum: ${momentum}`)} }, ... })`,
      from.replace('learning_rate', 'learningRate'),
      to.replace('learning_rate', 'learningRate'),
    ),
  };
}

const scaled = (what: string): Code => ({
  keras: added(`${what} = (${what} - ${what}[:train].mean(0)) / ${what}[:train].std(0)`),
  torch: added(`${what} = (${what} - ${what}[:train].mean(0)) / ${what}[:train].std(0)`),
  tfjs: added(`const scaler = rl.data.Scaler.fit('standard', names, columns); // of the training rows`),
});

function longer({ epochs, after = {} }: MendFacts): Code {
  const from = epochs ? String(epochs) : 'epochs';
  const to = after.epochs !== undefined ? String(after.epochs) : epochs ? String(5 * epochs) : '5 * epochs';
  return {
    keras: changed((x) => `model.fit(inputs, targets, epochs=${x}, validation_data=...)`, from, to),
    torch: changed((x) => `for epoch in range(${x}): ...`, from, to),
    tfjs: changed((x) => `rl.fit(model, data, { epochs: ${x}, ... })`, from, to),
  };
}

/** How the usual mends are written in each framework, by cause. `head`: where the verdict is. */
const CODE: Readonly<Record<string, (head: string, facts: MendFacts) => Code>> = {
  'dead-head': (head, { activation = 'relu', to = 'softplus' }) => headChange(head, activation, to),
  'negative-outputs': (head, { activation = 'linear', to = 'softplus' }) => headChange(head, activation, to),
  'head-without-bound': (head, { activation = 'linear', to = 'softplus' }) => headChange(head, activation, to),
  'saturated-head': (head, { activation = 'sigmoid', to = 'softplus' }) => headChange(head, activation, to),
  'output-out-of-range': (head, { activation = 'sigmoid', to = 'linear' }) => headChange(head, activation, to),
  'one-unit-softmax': (head, { to = 'sigmoid' }) => headChange(head, 'softmax', to),
  'dead-layers': () => ({
    keras: {
      before: 'keras.layers.Dense(units, activation="relu")',
      after: 'keras.layers.Dense(units, activation="leaky_relu", kernel_initializer="he_normal")',
    },
    torch: {
      before: 'torch.nn.ReLU()',
      after: 'torch.nn.LeakyReLU()  # and torch.nn.init.kaiming_normal_(layer.weight)',
    },
    tfjs: {
      before: "tf.layers.dense({ units, activation: 'relu' })",
      after: "tf.layers.dense({ units, kernelInitializer: 'heNormal' }), tf.layers.leakyReLU()",
    },
  }),
  'learning-rate-too-high': (_, facts) => rate(0.1, facts),
  'learning-rate-too-low': (_, facts) => rate(10, facts),
  'inputs-not-normalised': () => scaled('inputs'),
  'targets-not-scaled': () => scaled('targets'),
  'log-loss-on-numbers': (_, facts) => loss('mse', 'MSELoss', 'meanSquaredError', facts),
  'rows-sorted': () => ({
    keras: added(
      'order = np.random.default_rng(0).permutation(len(inputs)); inputs, targets = inputs[order], targets[order]',
    ),
    torch: changed((x) => `torch.utils.data.DataLoader(dataset, batch_size, shuffle=${x})`, 'False', 'True'),
    tfjs: changed((x) => `rl.fit(model, data, { shuffle: ${x}, ... })`, 'false', 'true'),
  }),
  undertrained: (_, facts) => longer(facts),
  'no-nonlinearity': () => ({
    keras: { before: 'keras.layers.Dense(units)', after: 'keras.layers.Dense(units, activation="relu")' },
    torch: {
      before: 'torch.nn.Linear(width, units)',
      after: 'torch.nn.Sequential(torch.nn.Linear(width, units), torch.nn.ReLU(), ...)',
    },
    tfjs: { before: 'tf.layers.dense({ units })', after: "tf.layers.dense({ units, activation: 'relu' })" },
  }),
  'frozen-weights': () => ({
    keras: added('for layer in model.layers: layer.trainable = True  # and compile again'),
    torch: added('for weight in model.parameters(): weight.requires_grad_(True)'),
    tfjs: added('for (const layer of model.layers) layer.trainable = true;'),
  }),
  'gradient-clipped': () => ({
    keras: added('keras.optimizers.Adam(clipnorm=None, global_clipnorm=10.0)'),
    torch: added('torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)'),
    tfjs: added('rl.fit(model, data, { clipNorm: 10, ... })'),
  }),
};

/** A mend as lines of code in the framework of the training, with what is known of it; undefined where words must do. */
export function mendDiff(
  cause: string,
  where: string,
  framework: Framework,
  facts: MendFacts = {},
): MendCode | undefined {
  return CODE[cause]?.(where || 'head', facts)[framework];
}
