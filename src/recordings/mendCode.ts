/** The framework a training came from, whose words a mend is written in. */
export type Framework = 'keras' | 'torch' | 'tfjs';

type Code = Readonly<Record<Framework, string>>;

const softplus = (head: string): Code => ({
  keras: `keras.layers.Dense(1, activation="softplus", name=${JSON.stringify(head)})`,
  torch: 'torch.nn.Sequential(torch.nn.Linear(width, 1), torch.nn.Softplus())',
  tfjs: `tf.layers.dense({ units: 1, activation: 'softplus', name: ${JSON.stringify(head)} })`,
});

const loss = (keras: string, torch: string, tfjs: string): Code => ({
  keras: `model.compile(optimizer, loss="${keras}")`,
  torch: `loss = torch.nn.${torch}()`,
  tfjs: `rl.fit(model, data, { losses: '${tfjs}' })`,
});

const rate = (by: string): Code => ({
  keras: `model.compile(keras.optimizers.Adam(learning_rate=learning_rate ${by}), loss=...)`,
  torch: `torch.optim.Adam(model.parameters(), lr=learning_rate ${by})`,
  tfjs: `rl.fit(model, data, { optimizer: { learningRate: learningRate ${by} }, ... })`,
});

const scaled = (what: string): Code => ({
  keras: `${what} = (${what} - ${what}[:train].mean(0)) / ${what}[:train].std(0)`,
  torch: `${what} = (${what} - ${what}[:train].mean(0)) / ${what}[:train].std(0)`,
  tfjs: `const scaler = rl.data.Scaler.fit('standard', names, columns); // of the training rows`,
});

/** How the usual mends are written in each framework, by cause. `head`: where the verdict is. */
const CODE: Readonly<Record<string, (head: string) => Code>> = {
  'dead-head': softplus,
  'saturated-head': softplus,
  'output-out-of-range': (head) => ({
    keras: `keras.layers.Dense(units, activation=None, name=${JSON.stringify(head)})`,
    torch: 'torch.nn.Linear(width, units)  # and nothing behind it',
    tfjs: `tf.layers.dense({ units, activation: 'linear', name: ${JSON.stringify(head)} })`,
  }),
  'one-unit-softmax': (head) => ({
    keras: `keras.layers.Dense(1, activation="sigmoid", name=${JSON.stringify(head)})  # for yes or no; activation=None for a number`,
    torch: 'torch.nn.Sequential(torch.nn.Linear(width, 1), torch.nn.Sigmoid())',
    tfjs: `tf.layers.dense({ units: 1, activation: 'sigmoid', name: ${JSON.stringify(head)} })`,
  }),
  'dead-layers': () => ({
    keras: 'keras.layers.Dense(units, activation="leaky_relu", kernel_initializer="he_normal")',
    torch: 'torch.nn.LeakyReLU()  # in place of torch.nn.ReLU(), and torch.nn.init.kaiming_normal_(layer.weight)',
    tfjs: "tf.layers.dense({ units, kernelInitializer: 'heNormal' }), tf.layers.leakyReLU()",
  }),
  'learning-rate-too-high': () => rate('/ 10'),
  'learning-rate-too-low': () => rate('* 10'),
  'inputs-not-normalised': () => scaled('inputs'),
  'targets-not-scaled': () => scaled('targets'),
  'log-loss-on-numbers': () => loss('mse', 'MSELoss', 'meanSquaredError'),
  'rows-sorted': () => ({
    keras: 'order = np.random.default_rng(0).permutation(len(inputs)); inputs, targets = inputs[order], targets[order]',
    torch: 'torch.utils.data.DataLoader(dataset, batch_size, shuffle=True)',
    tfjs: 'rl.fit(model, data, { shuffle: true, ... })',
  }),
  undertrained: () => ({
    keras: 'model.fit(inputs, targets, epochs=4 * epochs, validation_data=...)',
    torch: 'for epoch in range(4 * epochs): ...',
    tfjs: 'rl.fit(model, data, { epochs: 4 * epochs, ... })',
  }),
  'no-nonlinearity': () => ({
    keras: 'keras.layers.Dense(units, activation="relu")',
    torch: 'torch.nn.Sequential(torch.nn.Linear(width, units), torch.nn.ReLU(), ...)',
    tfjs: "tf.layers.dense({ units, activation: 'relu' })",
  }),
  'frozen-weights': () => ({
    keras: 'for layer in model.layers: layer.trainable = True  # and compile again',
    torch: 'for weight in model.parameters(): weight.requires_grad_(True)',
    tfjs: 'for (const layer of model.layers) layer.trainable = true;',
  }),
  'gradient-clipped': () => ({
    keras: 'keras.optimizers.Adam(clipnorm=None, global_clipnorm=10.0)',
    torch: 'torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)',
    tfjs: 'rl.fit(model, data, { clipNorm: 10, ... })',
  }),
};

/** A mend as a line of code in the framework of the training; undefined where words must do. */
export const mendCode = (cause: string, where: string, framework: Framework): string | undefined =>
  CODE[cause]?.(where || 'head')[framework];
