import type { RuleName } from './rules';

/** What a rule complains of and may stay, by the rule and by what it concerns; each with the reason. */
export type Exceptions = Readonly<Record<RuleName, Readonly<Record<string, string>>>>;

const LAYER = 'the definition of one layer: its settings, weights, call and shape, which share what they close over';

const OWN = 'a file of this installation';
const PRIVATE = 'a file in a folder that this user made and only this user may write to';
const LOOKED = 'its callers have looked: data.load at every file it is given, inspect.file at every model file';

/**
 * The exceptions from the rules of the house, all of them. An entry that no rule complains of any more fails the check: this list
 * can only shrink.
 */
export const EXCEPTIONS: Exceptions = {
  circles: {},
  arrows: {},
  functions: {
    'src/layers/causalConvolution.ts#causalConvolution': LAYER,
    'src/layers/keras/gatedRecurrentUnit.ts#gatedRecurrentUnit': LAYER,
    'src/layers/keras/timeConvolution.ts#timeConvolution': LAYER,
  },
  files: {
    'src/compile/operationTable.ts': 'a table made from the registry of TensorFlow: one line per operation',
  },
  names: {},
  reads: {
    'src/cli/commands/parameters.ts': 'standard input, which may be a pipe',
    'src/cli/manifest.ts': OWN,
    'src/compile/graphCache.ts': PRIVATE,
    'src/compile/modeNotes.ts': PRIVATE,
    'src/compile/signature.ts': OWN,
    'src/core/atomicFile.ts': PRIVATE,
    'src/core/seals.ts': PRIVATE,
    'src/data/read/databases.ts': LOOKED,
    'src/data/read/duckdb/expectedRows.ts': LOOKED,
    'src/data/read/packed.ts': LOOKED,
    'src/data/samples/rowShards.ts': PRIVATE,
    'src/diagnosis/benchmark/blueprints/packaged.ts':
      'sets of a package of the benchmark, in a folder that who runs it names',
    'src/inspection/files/hdf5.ts': LOOKED,
    'src/inspection/files/safetensors.ts': LOOKED,
    'src/kernel/compiler/declarationPack.ts': OWN,
    'src/kernel/kernelInfo.ts': OWN,
    'src/kernel/main.ts': 'the connection file that the front end which starts the kernel names',
    'src/kernel/packages.ts': OWN,
    'src/kernel/processTree.ts': 'tables of the system',
    'src/kernel/wire/keeper.ts': PRIVATE,
    'src/notebook/report/page.ts': OWN,
    'src/plots/staticPicture.ts': OWN,
    'src/programs/recipes/streamedRows.ts': LOOKED,
    'src/trials/ray.ts': 'opens a log to write to',
    'src/trials/workers.ts': 'opens a log to write to',
  },
};
