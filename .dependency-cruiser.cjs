// The house rule: imports go one way. Each layer may import the layers above it in this list and nothing else of src/.
// A change that needs a new arrow changes this list first, and says why.
const LAYERS = {
  core: [],
  tables: ['core'],
  evaluation: ['core'],
  plots: ['core', 'tables', 'evaluation'],
  // Statistics are pure functions of numbers: data and plots call them rather than write them again.
  data: ['core', 'tables', 'evaluation'],
  synthetic: ['core', 'data'],
  losses: ['core'],
  compile: ['core'],
  layers: ['core', 'compile'],
  models: ['core', 'layers'],
  training: ['core', 'tables', 'data', 'losses', 'compile', 'layers', 'evaluation'],
  // Models of Keras are read into tfjs, whose causal convolutions are replaced by those of layers.
  inspection: ['core', 'tables', 'plots', 'data', 'evaluation', 'losses', 'layers', 'training'],
  runs: ['core', 'training', 'inspection'],
  programs: ['core', 'data', 'models', 'training', 'runs'],
  diagnosis: ['core', 'tables', 'evaluation', 'losses', 'training', 'inspection', 'runs'],
  explorer: ['core', 'tables', 'plots', 'losses', 'training', 'diagnosis', 'notebook'],
  notebook: ['core', 'tables', 'plots', 'losses', 'training', 'explorer'],
  // The kernel runs cells: it lends the notebook functions a front end, and no part of the library imports it.
  kernel: ['core', 'tables', 'notebook'],
  // The shell is a user of the library: it may call everything but is imported by nothing.
  cli: ['core', 'tables', 'data', 'evaluation', 'training', 'inspection', 'programs', 'diagnosis', 'notebook', 'kernel'],
};
const names = Object.keys(LAYERS);

/** Packages that only one place may import, so that what they cost and what they can break stays there. */
const KEEPERS = {
  'danfojs-node': '^src/(data|core)/',
  '@duckdb/node-api': '^src/(data|core)/',
  '@duckdb/node-bindings': '^src/data/read/chunks\.ts',
  'plotly.js-dist': '^src/(plots|core)/',
  jsdom: '^src/(plots|core|notebook/report)/',
  h5wasm: '^src/(inspection|core)/',
  tslab: '^src/kernel/',
  '@tslab/typescript-for-tslab': '^src/kernel/',
  zeromq: '^src/kernel/',
};

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'no-orphans-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...names.map((name) => ({
      name: `arrows-of-${name}`,
      severity: 'error',
      comment: `src/${name} may import only: ${LAYERS[name].join(', ') || 'nothing of src'}`,
      from: { path: `^src/${name}/` },
      to: { path: '^src/', pathNot: `^src/(${[name, ...LAYERS[name]].join('|')})/` },
    })),
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
