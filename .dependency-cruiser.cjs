// The house rule: imports go one way, type-only ones included. A room is a folder of src/ (or one file of it), named below from the
// ground up, with the rooms it may import: each of them stands above it in this list. `data` is what lies in src/data itself, not
// in a room of its own such as `data/read`; the `index.ts` of a room may import all rooms within. Arrows that nobody uses are
// taken out again: `npm run check` asks for it. A change that needs a new arrow changes this list first, and says why.
const ROOMS = {
  core: [],
  tables: ['core'],
  'evaluation/statistics': ['core'],
  'evaluation/scores': ['core', 'evaluation/statistics'],
  'evaluation/inference': ['core', 'evaluation/statistics'],
  'evaluation/sharpe': ['core', 'evaluation/statistics', 'evaluation/inference'],
  'evaluation/overfitting': ['core', 'evaluation/statistics'],
  'evaluation/splits': ['core', 'evaluation/statistics'],
  'evaluation/signals': [
    ...['core', 'evaluation/statistics', 'evaluation/scores', 'evaluation/inference', 'evaluation/sharpe'],
  ],
  'evaluation/comparison': ['core', 'evaluation/statistics', 'evaluation/inference'],
  'evaluation/backtest': ['core', 'evaluation/statistics', 'evaluation/sharpe', 'evaluation/signals'],
  evaluation: [],
  // Every training notes itself in the ledger, which judges what was tried.
  ledger: ['core', 'evaluation'],
  // Facts of activations, numbers only: everyone who speaks of activations reads them there.
  'layers/activations': [],
  // Statistics are pure functions of numbers: data and plots call them rather than write them again.
  plots: ['core', 'tables', 'evaluation', 'layers/activations'],
  // A table of typed columns, and what they are called: all that market and samples need to know of reading.
  'data/table': ['core', 'tables', 'evaluation'],
  'data/read/duckdb': ['core', 'data/table'],
  // From texts to numbers, days and instants, by all values of a column.
  'data/read/texts': ['core', 'data/table'],
  'data/read/layout': ['core', 'data/table', 'data/read/texts'],
  'data/read/csv': ['core', 'data/table', 'data/read/duckdb', 'data/read/texts', 'data/read/layout'],
  'data/read': [
    ...['core', 'data/table', 'data/read/duckdb', 'data/read/texts', 'data/read/layout', 'data/read/csv'],
  ],
  // Formulas of one symbol's columns; they know no table.
  'data/market/indicators': ['data/table'],
  'data/market': ['core', 'tables', 'evaluation', 'data/table', 'data/read', 'data/read/texts', 'data/market/indicators'],
  'data/market/checks': ['core', 'tables', 'evaluation', 'data/table', 'data/market'],
  'data/samples': ['core', 'tables', 'evaluation', 'data/table', 'data/read', 'data/market'],
  'data/panels': ['core', 'evaluation'],
  data: [],
  synthetic: ['core', 'data'],
  'losses/balancers': ['core'],
  losses: ['core'],
  compile: ['core'],
  // Losses over days; the pairs of one are drawn inside the step, as dropout is.
  'losses/panel': ['core', 'losses', 'compile'],
  layers: ['core', 'compile'],
  'layers/keras': ['core', 'compile', 'layers/activations', 'layers'],
  models: ['core', 'layers/activations', 'layers'],
  training: ['core', 'tables', 'evaluation', 'ledger', 'data/samples', 'losses', 'layers'],
  'training/step': ['core', 'losses', 'compile', 'training'],
  'training/feeds': ['core', 'data/samples', 'compile', 'training', 'training/step'],
  'training/loop': [
    ...['core', 'tables', 'evaluation', 'ledger', 'data/samples', 'losses', 'compile'],
    ...['training', 'training/step', 'training/feeds'],
  ],
  'training/together': [
    ...['core', 'tables', 'data/samples', 'compile'],
    ...['training', 'training/step', 'training/feeds', 'training/loop'],
  ],
  // The penalties of layers within layers are found by layers.
  inspection: ['core', 'tables', 'evaluation', 'plots', 'data', 'losses', 'layers/activations', 'layers', 'training'],
  'inspection/files': ['core', 'inspection'],
  // Models of Keras are read into tfjs, whose causal convolutions are replaced by those of layers.
  'inspection/keras': ['core', 'inspection/files', 'layers', 'layers/activations'],
  'inspection/onnx': ['core', 'layers/activations'],
  'inspection/saving': ['core', 'compile', 'layers', 'training', 'inspection/files'],
  runs: ['core', 'tables', 'training', 'inspection/files'],
  programs: ['core', 'tables', 'losses', 'compile', 'training', 'runs'],
  'programs/recipes': [
    ...['core', 'data', 'data/read', 'data/samples', 'synthetic', 'losses', 'models', 'training', 'runs', 'programs'],
  ],
  // Trainings that were made elsewhere: models of Keras and PyTorch with their rows and histories.
  // Models of PyTorch are rebuilt of layers that only models from elsewhere have.
  recordings: ['core', 'data', 'losses', 'layers', 'layers/keras', 'training', 'inspection', 'runs', 'programs'],
  // Many settings of one program, in processes side by side or on a cluster, whose machines note trials in ledgers of their own and leave
  // locks of runs behind when they are lost.
  trials: ['core', 'tables', 'ledger', 'plots', 'training', 'runs', 'programs'],
  // A diagnosis as plain data and as a story: what a page draws without knowing rules and causes.
  'diagnosis/record': ['core', 'tables'],
  // From what is seen, over what it may mean, to the verdict: what rules and causes are made of lies below them.
  'diagnosis/evidence/references': ['core', 'evaluation'],
  'diagnosis/evidence': [
    ...['core', 'tables', 'evaluation', 'losses', 'training', 'inspection', 'programs'],
    ...['diagnosis/evidence/references'],
  ],
  // How a mend is written goes by the framework a training came from, which recordings tell.
  'diagnosis/mends': ['core', 'inspection', 'losses', 'training', 'programs', 'recordings', 'diagnosis/evidence'],
  'diagnosis/rules': [
    ...['core', 'evaluation', 'layers/activations', 'inspection'],
    ...['diagnosis/evidence', 'diagnosis/evidence/references'],
  ],
  'diagnosis/causes': [
    ...['core', 'tables', 'losses', 'programs', 'diagnosis/evidence', 'diagnosis/mends', 'diagnosis/rules'],
  ],
  diagnosis: [
    ...['core', 'tables', 'evaluation', 'losses', 'layers/activations', 'training', 'inspection', 'runs', 'programs'],
    ...['diagnosis/evidence', 'diagnosis/evidence/references', 'diagnosis/rules', 'diagnosis/causes'],
    ...['recordings', 'diagnosis/mends', 'diagnosis/record'],
  ],
  'diagnosis/benchmark/blueprints': ['core', 'losses', 'training', 'diagnosis/evidence'],
  // An operator puts dropout of this library into other people's models.
  'diagnosis/benchmark/mutations': ['core', 'training', 'inspection', 'layers', 'diagnosis/evidence', 'diagnosis/mends'],
  'diagnosis/benchmark': [
    ...['core', 'tables', 'evaluation', 'losses', 'training', 'programs', 'programs/recipes', 'diagnosis', 'diagnosis/evidence'],
    ...['diagnosis/rules', 'diagnosis/causes', 'diagnosis/benchmark/blueprints', 'diagnosis/benchmark/mutations'],
  ],
  // What is shown is handed in: the explorer knows no screen.
  explorer: ['core', 'tables', 'evaluation', 'plots', 'losses', 'training', 'runs', 'programs', 'diagnosis'],
  notebook: ['core', 'tables'],
  'notebook/report': ['core', 'tables', 'evaluation', 'ledger', 'plots', 'diagnosis/record', 'notebook'],
  'notebook/widgets': ['core', 'plots', 'notebook'],
  'notebook/explorer': ['core', 'tables', 'plots', 'losses', 'training', 'programs', 'explorer', 'notebook', 'notebook/widgets'],
  // The kernel runs cells: it lends the notebook functions a front end, and no part of the library imports it.
  'kernel/compiler': [],
  'kernel/parameters': ['core', 'kernel/compiler'],
  kernel: ['core', 'notebook', 'notebook/widgets', 'kernel/compiler'],
  'kernel/wire': ['kernel'],
  // The shell is a user of the library: it may call everything but is imported by nothing.
  cli: ['core', 'tables', 'data', 'data/read', 'programs', 'kernel/parameters'],
  'cli/kernel': ['core', 'tables', 'cli'],
  'cli/run': ['core', 'tables', 'plots', 'notebook', 'notebook/report', 'kernel/parameters', 'cli'],
  'cli/commands': [
    ...['core', 'tables', 'data', 'evaluation', 'ledger', 'training', 'inspection', 'runs', 'programs', 'programs/recipes'],
    ...['plots', 'recordings', 'trials', 'diagnosis', 'diagnosis/record', 'cli', 'cli/kernel', 'cli/run', 'notebook/report'],
  ],
  'cli/main': ['core', 'tables', 'cli', 'cli/commands'],
};
const names = Object.keys(ROOMS);

/** Packages that only one place may import, so that what they cost and what they can break stays there. */
const KEEPERS = {
  'danfojs-node': '^src/(data|core)/',
  '@duckdb/node-api': '^src/(data|core)/',
  '@duckdb/node-bindings': '^src/data/read/duckdb/chunks\.ts',
  'plotly.js-dist': '^src/(plots|core)/',
  jsdom: '^src/(plots|core|notebook/report)/',
  h5wasm: '^src/(inspection|core)/',
  protobufjs: '^src/inspection/onnx/messages\.ts',
  'node-sqlite3-wasm': '^src/data/read/databases\.ts',
  tslab: '^src/kernel/',
  // The kernel's compiler, and the one that runs programs on disk.
  '@tslab/typescript-for-tslab': '^src/kernel/',
  typescript: '^src/(kernel/|programs/module\\.ts)',
  zeromq: '^src/kernel/',
};

/** Rooms within a room, as they are called there. */
const within = (name) => names.filter((other) => other.startsWith(`${name}/`)).map((other) => other.slice(name.length + 1));

/** The files of a room without those of the rooms within, as a regular expression. */
const filesOf = (name) => {
  const inner = within(name);
  return `^src/${name}(\\.ts$|/${inner.length > 0 ? `(?!(${inner.join('|')})(/|\\.ts$))` : ''})`;
};

/** The files of these rooms. */
const anyOf = (rooms) => rooms.map(filesOf);

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...names.flatMap((name) => {
      const rule = { name: `arrows-of-${name}`, severity: 'error', comment: `may import: ${ROOMS[name].join(', ') || 'no room'}` };
      const door = `^src/${name}/index\\.ts$`;
      const inner = within(name).map((other) => `${name}/${other}`);
      return [
        { ...rule, from: { path: filesOf(name), pathNot: door }, to: { path: '^src/', pathNot: anyOf([name, ...ROOMS[name]]) } },
        { ...rule, from: { path: door }, to: { path: '^src/', pathNot: anyOf([name, ...ROOMS[name], ...inner]) } },
      ];
    }),
    ...Object.entries(KEEPERS).map(([module, path]) => ({
      name: `keeper-of-${module}`,
      severity: 'error',
      from: { path: '^(src|kernels)/', pathNot: path },
      to: { path: `node_modules/${module}/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
// For the rule that asks for unused arrows; out of sight of dependency-cruiser, which refuses what it does not know.
Object.defineProperty(module.exports, 'rooms', { value: ROOMS });
