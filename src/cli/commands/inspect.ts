import { type Command, Option } from 'commander';
import { statusOf } from '../../core';
import { file as inspectFile, predictionFile, predictions } from '../../inspection';

interface Options {
  format: 'text' | 'csv' | 'json';
  json?: boolean;
  rank: boolean;
}

const CLOSING = `
Examples:
  reluctant inspect model.keras
  reluctant inspect weights.safetensors --format csv > weights.csv
  reluctant inspect predictions.csv                     predictions with their targets beside them

Models: .keras, .h5, a SavedModel folder, .safetensors, .npz. No code in a file is run. Predictions: CSV, Parquet, Arrow, JSON
and Excel, where "volatility_target" holds the targets of the column "volatility".`;

/** Extensions of files that hold predictions and not weights. */
const PREDICTIONS = /\.(csv|tsv|parquet|pq|json|jsonl|ndjson|arrow|feather|xlsx?)(\.gz|\.zst)?$/i;

/** `reluctant inspect`. */
export function define(command: Command): void {
  command
    .description('Show what a model file or a file of predictions holds.')
    .argument('<file>', 'model file, SavedModel folder, or file of predictions')
    .addOption(new Option('--format <kind>', 'how rows are printed').choices(['text', 'csv', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .option('--no-rank', 'leave out the effective ranks, the slow part for very large tensors')
    .addHelpText('after', CLOSING)
    .action(async (file: string, options: Options) => {
      if (PREDICTIONS.test(file) && !statusOf(file)?.isDirectory()) {
        const found = await predictionFile(file);
        const known = Object.keys(found.targets);
        // Heads without targets have nothing to be compared with; the refusal names them when no head has any.
        const told = known.length
          ? Object.fromEntries(known.map((head) => [head, found.predictions[head]!]))
          : found.predictions;
        print(predictions(found.targets, told), options);
        for (const head of Object.keys(found.predictions).filter((name) => !known.includes(name)))
          console.error(`"${head}" has no targets (a column "${head}_target" would hold them) and is left out`);
      } else print(await inspectFile(file, { effectiveRank: options.rank }), options);
    });
}

function print(
  table: Awaited<ReturnType<typeof inspectFile>> | ReturnType<typeof predictions>,
  { format: asked, json }: Options,
): void {
  const format = json ? 'json' : asked;
  console.log(
    format === 'csv' ? table.toCSV().trimEnd() : format === 'json' ? JSON.stringify(table) : table.toString(),
  );
}
