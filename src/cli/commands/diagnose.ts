import * as fs from 'node:fs';
import * as path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { checkWritable, ReluctantError, statusOf, visible } from '../../core';
import { confirm, type Diagnosis, diagnose, lookAtRecording, type OwnRules } from '../../diagnosis';
import { runModule } from '../../programs/module';
import {
  isOpaque,
  isRecording,
  opaqueRecording,
  type RecordedTraining,
  trainingOfFiles,
  trainingOfFolder,
  trainingOfRun,
} from '../../recordings';
import { number } from '../dataOptions';
import { EXIT } from '../exitCodes';
import { untilStopped } from '../untilStopped';
import { type Found, writeDiagnosisPage } from './diagnosisPage';

interface Flags {
  data?: string;
  inputs?: string[];
  targets?: string[];
  validation?: string;
  validationShare?: number;
  loss?: string[];
  history?: string;
  initial?: string;
  architecture?: string;
  epochs?: number;
  batchSize?: number;
  confirm?: boolean;
  html?: string;
  json?: boolean;
  rules?: string;
  trust?: boolean;
}

const CLOSING = `
What is diagnosed:
  a .keras or .h5 file, or the model.json of tfjs, with the rows it was trained on behind --data: an .npz archive with an array per
  input and head, or a table (CSV, Parquet, Arrow, JSON, Excel) with a column per feature and target
  a .safetensors or .npz file of weights under Keras's paths, or a SavedModel folder, with --architecture beside it
  a folder that reluctant.keras.Callback or reluctant.torch.Watcher of the Python package wrote
  a folder of "reluctant train": its program is made again, which runs code and reads files that the folder names. Of a run that
  somebody else made, or another machine, that is done with --trust only

Inputs and heads of the model that are called as arrays or columns are need not be named; several of them are named as
NAME=COLUMN. Loss and optimiser are those the model was compiled with, if --loss says nothing; of a recording with a loss of its
own, --loss names the nearest one. --confirm makes the change of the first verdict that a program can make, trains again, and says
whether the model got better. Exit code 1: there is a verdict.

Examples:
  $ npx reluctant diagnose model.keras --data rows.npz --inputs x --targets y --history history.json --initial before.keras
  $ npx reluctant diagnose model.keras --data rows.csv --inputs open high low close --targets volatility --validation-share 0.2
  $ npx reluctant diagnose runs/first --confirm --html report.html`;

/** `reluctant diagnose`: names what keeps a model from learning that was trained here or elsewhere. */
export function define(command: Command): void {
  command
    .description('Name what keeps a trained model from learning, and prove it.')
    .argument('<model>', 'model file of Keras, or folder of a run')
    .option('-d, --data <file>', 'rows the model was trained on')
    .option('--inputs <names...>', "columns or arrays that are the model's inputs")
    .option('--targets <names...>', 'columns or arrays that are its targets')
    .option('--validation <file>', 'rows it was validated on')
    .option('--validation-share <x>', 'share of the rows, from their end, that it was validated on', number(0, 0.9))
    .option('--loss <names...>', 'what it was trained by: mse, or head=mse for several heads')
    .option('--history <file>', 'numbers by epoch: JSON, a table such as that of CSVLogger, event files of TensorBoard')
    .option('--initial <file>', 'the model before its first step')
    .option('--architecture <file>', 'what model.to_json() gave, for a model that is weights alone')
    .option('--epochs <n>', 'epochs of a training that confirms a cause', number(1, 1e6, true))
    .option('--batch-size <n>', 'rows per step of a training that confirms a cause', number(1, 1e6, true))
    .option('--confirm', 'make the change of the first verdict, train again, and compare')
    .option('--html <file>', 'write a page: the verdict, its evidence, the mend', pageFile)
    .option('--rules <file>', 'module that exports rules and causes of your own')
    .option('--trust', 'run the program and read the files that a run of somebody else names')
    .option('--json', 'print verdicts, notes and numbers as JSON')
    .addHelpText('after', CLOSING)
    .action((model: string, flags: Flags) => untilStopped((signal) => run(model, flags, signal)));
}

function pageFile(file: string): string {
  if (/\.html?$/i.test(file)) return file;
  throw new InvalidArgumentError('expected a name that ends in .html');
}

async function run(model: string, flags: Flags, signal: AbortSignal): Promise<void> {
  if (flags.html !== undefined) checkWritable(flags.html);
  if (isOpaque(model)) return look(model, flags);
  const begun = performance.now();
  const training = await read(model, flags);
  try {
    const { run: record, framework, data, options, notes } = training;
    const diagnosis = diagnose(record, { model: training.model, data, options, ...ownRules(flags.rules) });
    const tried = flags.confirm ? await confirmFirst(diagnosis, training, signal) : undefined;
    const found: Found = { name: model, framework, diagnosis, notes, ...tried };
    if (flags.json) console.log(JSON.stringify(plain(found), undefined, 2));
    else print(found);
    if (flags.html !== undefined) {
      await writeDiagnosisPage(flags.html, { ...found, training, seconds: (performance.now() - begun) / 1000 });
      console.error(`page: ${flags.html}`);
    }
    if (diagnosis.verdicts.length > 0) process.exitCode = EXIT.failed;
  } finally {
    await training.dispose();
  }
}

/** Of a model that cannot be rebuilt here, what its recorder has seen is looked at. */
async function look(folder: string, flags: Flags): Promise<void> {
  refuseFlags(flags, ['json'], folder, {
    problem: 'the model of this recording cannot be rebuilt here: it can neither be trained again nor looked into',
    fix: 'leave these options out; the notes of the recording say which layer is in the way',
  });
  const recording = await opaqueRecording(folder);
  const { verdicts, notes } = lookAtRecording(recording);
  const { name, framework, notes: unknown } = recording;
  if (flags.json) console.log(JSON.stringify({ name, framework, verdicts, notes, heads: [], unknown }, undefined, 2));
  else {
    verdicts.forEach(({ title, where, says, change, wrongIf }, k) => {
      console.log(
        `${k + 1}. ${title} (${visible(where)})\n   ${visible(says)}\n   mend: ${change}\n   wrong if: ${wrongIf}`,
      );
    });
    if (verdicts.length === 0) console.log('No verdict from what was recorded; the model itself was not looked at.');
    for (const { cause, where, says } of notes)
      console.log(visible(`note: ${cause}${where && ` (${where})`}: ${says}`));
    for (const note of unknown) console.error(visible(`! ${note}`));
  }
  if (verdicts.length > 0) process.exitCode = EXIT.failed;
}

/** What a module of the user's own exports as rules and causes. */
function ownRules(file: string | undefined): OwnRules {
  if (file === undefined) return {};
  const { rules, causes } = runModule(path.resolve(file)) as OwnRules;
  if (rules || causes) return { ...(rules && { rules }), ...(causes && { causes }) };
  throw new ReluctantError({
    code: 'rule-not-usable',
    operation: 'diagnose',
    problem: 'the module exports neither rules nor causes',
    where: { file },
    expected: 'export const rules = [...], and export const causes = [...]',
  });
}

async function read(place: string, flags: Flags): Promise<RecordedTraining> {
  const status = statusOf(place);
  if (!status) {
    throw new ReluctantError({
      code: 'not-readable',
      operation: 'diagnose',
      problem: 'there is no such file or folder',
      where: { file: place },
      expected: 'a .keras or .h5 file, weights with their architecture, or the folder of a run',
    });
  }
  const isSavedModel = fs.existsSync(path.join(place, 'variables'));
  if (!status.isDirectory() || isSavedModel) return ofFiles(place, flags);
  const isRecorded = isRecording(place);
  const taken = ['confirm', 'html', 'json', 'rules', 'trust', ...(isRecorded ? ['loss'] : [])];
  refuseFlags(flags, taken, place, {
    problem: 'a folder of a run says itself what it was trained on and by',
    fix: 'leave these options out, or name the model file in the folder',
  });
  return isRecorded ? trainingOfFolder(place, flags) : trainingOfRun(place, flags);
}

/** @throws ReluctantError `flag-of-another-program` for flags that have no meaning for a folder. */
function refuseFlags(
  flags: Flags,
  taken: readonly string[],
  folder: string,
  why: { problem: string; fix: string },
): void {
  const received = Object.keys(flags).filter((name) => !taken.includes(name));
  if (received.length === 0) return;
  throw new ReluctantError({
    code: 'flag-of-another-program',
    operation: 'diagnose',
    where: { folder },
    received,
    ...why,
  });
}

async function ofFiles(model: string, flags: Flags) {
  const { data, confirm: _, html: __, json: ___, rules: ____, trust: _____, ...rest } = flags;
  if (data !== undefined && /\.(keras|h5|hdf5)$/i.test(data)) {
    throw new ReluctantError({
      code: 'arguments-in-another-order',
      operation: 'diagnose',
      problem: '--data names a model, and rows are expected there',
      where: { file: data },
      expected: 'reluctant diagnose MODEL --data ROWS',
    });
  }
  if (data !== undefined) return trainingOfFiles({ model, data, ...rest });
  throw new ReluctantError({
    code: 'data-missing',
    operation: 'diagnose',
    problem: 'nothing says which rows the model was trained on',
    where: { file: model },
    expected: '--data rows.npz, or a table',
    fix: 'without rows only the weights can be looked at: reluctant inspect MODEL',
  });
}

/** Tries the ranked causes in turn and stops at the first whose change a program can make. */
async function confirmFirst(
  diagnosis: Diagnosis,
  { program }: RecordedTraining,
  signal: AbortSignal,
): Promise<Pick<Found, 'confirmation' | 'unconfirmed'>> {
  let last: Pick<Found, 'confirmation' | 'unconfirmed'> = { unconfirmed: 'there is no verdict to confirm' };
  for (const verdict of diagnosis.ranked) {
    if (!verdict.change.apply) {
      last = { unconfirmed: `only you can make the change: ${verdict.change.says}` };
      continue;
    }
    const confirmation = await confirm(verdict, program, { signal });
    if (confirmation.confirmed) return { confirmation };
    last = { confirmation };
  }
  return last;
}

function print({ framework, diagnosis, notes, confirmation, unconfirmed }: Found): void {
  console.log(diagnosis.toString());
  const code = diagnosis.record(framework).verdicts[0]?.mend.after;
  if (code) console.log(`   in code: ${code}`);
  if (confirmation) console.log(`\n${confirmation.toString()}`);
  else if (unconfirmed) console.log(`\nnot tried: ${unconfirmed}`);
  for (const note of notes) console.error(visible(`! ${note}`));
}

function plain({ name, framework, diagnosis, notes, confirmation, unconfirmed }: Found): object {
  const { verdicts, ...rest } = diagnosis.toJSON() as { verdicts: object[] };
  const told = diagnosis.record(framework).verdicts;
  return {
    name,
    framework,
    verdicts: verdicts.map((verdict, k) => {
      const code = told[k]!.mend.after;
      return { ...verdict, ...(code && { code }) };
    }),
    ...rest,
    unknown: notes,
    ...(confirmation && { confirmation }),
    ...(unconfirmed && { unconfirmed }),
  };
}
