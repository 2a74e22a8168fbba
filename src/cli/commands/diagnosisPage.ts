import * as path from 'node:path';
import { type TF, tf, writeAtomically } from '../../core';
import { type Confirmation, certainty, type Diagnosis } from '../../diagnosis';
import { DIAGNOSIS_MIME } from '../../diagnosis/record';
import { outputNames, predictions } from '../../inspection';
import { orderedInputs } from '../../inspection/layers';
import { bundles, type Made, markdown, outputs, pageOf } from '../../notebook/report';
import { gradientFlow, trainingCurves } from '../../plots';
import type { Framework, RecordedTraining, Statistic } from '../../recordings';
import { formatShare, formatValue, Table } from '../../tables';
import type { Samples } from '../../training';
import { shownPath } from '../places';
import { madeToday } from '../run/made';

/** What is told of a training: on the screen, as JSON, as a page. */
export interface Found {
  name: string;
  framework: Framework;
  diagnosis: Diagnosis;
  /** What was not known, or taken otherwise. */
  notes: readonly string[];
  /** Of the first verdict that a program can mend. */
  confirmation?: Confirmation;
  /** Why none could be confirmed. */
  unconfirmed?: string;
}

/** What a page is made of. */
interface PageData extends Found {
  training: RecordedTraining;
  /** That it took to find it. */
  seconds: number;
}

/** Writes what was found as one page: the question, the answer and how sure it is, the evidence, the mend and whether it was proved. */
export async function writeDiagnosisPage(file: string, found: PageData): Promise<void> {
  const cells = [head(found), story(found), ...(await evidence(found)), unknown(found)];
  writeAtomically(path.resolve(file), pageOf(cells, path.basename(found.name), made(found)));
}

/** Text between marks that Markdown leaves as it is. */
const literal = (text: string): string => text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&');

function head({ name, diagnosis, confirmation }: PageData) {
  const [first] = diagnosis.verdicts;
  const harmed = diagnosis.heads.filter((one) => one.harmed).map((one) => `"${one.head}"`);
  const answer = first
    ? `**${literal(first.title)}**${first.where ? ` in ${literal(`"${first.where}"`)}` : ''}, ${certainty(first)}.`
    : harmed.length > 0
      ? `No cause is named, and ${literal(harmed.join(', '))} could do better.`
      : '**Nothing**: every head does as well as what is easily reached.';
  const proof = confirmation
    ? confirmation.confirmed
      ? ' The mend was made and trained again: **the model is better**.'
      : ` The mend was made and trained again: **${confirmation.outcome}**.`
    : '';
  return markdown(`# What keeps ${literal(path.basename(name))} from learning\n\n${answer}${proof}`);
}

/** The diagnosis with the proof beside it, and the numbers of both trainings. */
function story({ framework, diagnosis, confirmation }: PageData) {
  const record = { ...diagnosis.record(framework), ...(confirmation && { proof: confirmation.record() }) };
  const told = { [DIAGNOSIS_MIME]: record, 'text/plain': diagnosis.toString() };
  return bundles(told, ...(confirmation ? [{ 'text/html': confirmation.table.toHTML() }] : []));
}

function predictionTable(model: TF.LayersModel, { inputs, targets }: Samples) {
  const outputs = tf.tidy(() => model.predict(orderedInputs('diagnose', model, inputs)) as TF.Tensor | TF.Tensor[]);
  const named = (given: TF.Tensor | TF.Tensor[] | Readonly<Record<string, TF.Tensor>>) =>
    Object.fromEntries(
      outputNames(model).map((head, k) => {
        const one = given instanceof tf.Tensor ? given : Array.isArray(given) ? given[k]! : given[head]!;
        return [head, tf.tidy(() => one.reshape([one.shape[0]!, -1]).arraySync() as number[][])];
      }),
    );
  const table = predictions(named(targets), named(outputs));
  tf.dispose(outputs);
  return table;
}

/** The course of the losses, and predictions beside targets. */
async function evidence({ training }: PageData) {
  const { run, model, data } = training;
  const part = data.validation ?? data;
  const curves = run.history.length > 0 ? [trainingCurves(run.history)] : [];
  const table = predictionTable(model, part);
  return [
    markdown(`## What was looked at\n\nPredictions are of ${data.validation ? 'validation' : 'training'} rows.`),
    outputs(...curves, table as unknown as Table<object>, ...byEpoch(training.statistics)),
  ];
}

/** Gradients by epoch, and the layers as they were when they were looked at last. */
function byEpoch(statistics: readonly Statistic[]) {
  const gradients = statistics.filter(({ of }) => of === 'gradient');
  if (gradients.length === 0) return [];
  const norms = gradients.map(({ epoch, weight, norm }) => ({ epoch: epoch + 1, layer: weight!, norm: norm! }));
  const last = Math.max(...statistics.map(({ epoch }) => epoch));
  const layers = statistics
    .filter(({ of, epoch }) => of === 'activation' && epoch === last)
    .map(({ layer, mean, std, zeroShare, deadShare }) => ({
      layer: layer!,
      mean,
      std,
      zeros: zeroShare,
      dead: deadShare!,
    }));
  const share = (value: unknown) => formatShare(value as number);
  const table = new Table(layers, {
    title: `What the layers gave after epoch ${last + 1}: zeros, and units that are zero for every row`,
    formats: { zeros: share, dead: share },
  });
  return [gradientFlow(norms, { title: 'Norm of the gradients by epoch' }), ...(layers.length > 0 ? [table] : [])];
}

/** Settings of an optimiser in words. */
function optimiser(settings: object | undefined): string {
  const { kind, ...rest } = { kind: 'as by default', ...settings };
  const words = Object.entries(rest).map(([name, value]) => {
    const label = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
    return typeof value === 'boolean' ? `${value ? '' : 'no '}${label}` : `${label} ${formatValue(value)}`;
  });
  return [`optimiser ${kind}`, ...words].join(', ');
}

/** What was not known, or taken otherwise. */
function unknown({ notes, training: { options, run } }: PageData) {
  const facts = [`${run.history.length} epochs known; ${optimiser(options.optimizer)}`, ...notes];
  return markdown(`## What was known\n\n${facts.map((fact) => `- ${literal(fact)}`).join('\n')}\n`);
}

function made({ name, confirmation, seconds }: PageData): Made {
  return {
    command: `npx reluctant diagnose ${shownPath(path.resolve(name))}${confirmation ? ' --confirm' : ''} --html`,
    parameters: {},
    ...madeToday(seconds),
  };
}
