import * as path from 'node:path';
import { type TF, tf, writeAtomically } from '../../core';
import { type Confirmation, certainty, type Diagnosis, type Verdict } from '../../diagnosis';
import { outputNames, predictions } from '../../inspection';
import { orderedInputs } from '../../inspection/layers';
import { markdown, outputs, pageOf } from '../../notebook/report';
import { gradientFlow, trainingCurves } from '../../plots';
import { type Framework, mendCode, type RecordedTraining, type Statistic } from '../../recordings';
import { formatShare, Table } from '../../tables';
import type { Samples } from '../../training';
import { readManifest } from '../manifest';

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
}

/** Writes what was found as one page: the verdict, how sure it is, its evidence, the mend and whether it was proved. */
export async function writeDiagnosisPage(file: string, found: PageData): Promise<void> {
  const cells = [...head(found), ...found.diagnosis.verdicts.flatMap((verdict) => ofVerdict(verdict, found))];
  const all = [...cells, ...(await evidence(found)), made(found)];
  writeAtomically(path.resolve(file), pageOf(all, path.basename(found.name)));
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
  const skills = new Table(
    diagnosis.heads.map((one) => ({
      head: one.head,
      skill: one.skill,
      validation: one.validationSkill,
      'easily reached': one.reachable,
      'a line': one.lineSkill,
    })),
    {
      title: 'Share of the best constant’s loss that each head removes',
      formats: Object.fromEntries(
        ['skill', 'validation', 'easily reached', 'a line'].map((column) => [
          column,
          (value) => formatShare(value as number),
        ]),
      ),
    },
  );
  return [markdown(`# What keeps ${literal(path.basename(name))} from learning\n\n${answer}${proof}`), outputs(skills)];
}

function ofVerdict(verdict: Verdict, { framework, diagnosis, confirmation }: PageData) {
  const rank = diagnosis.verdicts.indexOf(verdict) + 1;
  const code = mendCode(verdict.cause, verdict.where, framework);
  const words = [
    `## ${rank}. ${literal(verdict.title)}${verdict.where ? ` (${literal(verdict.where)})` : ''}`,
    literal(verdict.says),
    `**Mend:** ${literal(verdict.change.says)}`,
    ...(code ? [`\`\`\`${framework === 'tfjs' ? 'ts' : 'python'}\n${code}\n\`\`\``] : []),
    `**Wrong if** ${literal(verdict.wrongIf)}`,
    ...verdict.consequences.map(
      ({ title, where }) => `With it: ${literal(title)}${where ? ` (${literal(where)})` : ''}`,
    ),
  ];
  const table = diagnosis.evidence(rank);
  const isTried =
    confirmation && confirmation.verdict.cause === verdict.cause && confirmation.verdict.where === verdict.where;
  const shown = [...(table.rows.length > 0 ? [table] : []), ...(isTried ? [confirmation.table] : [])];
  return [markdown(words.join('\n\n')), ...(shown.length > 0 ? [outputs(...shown)] : [])];
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
  const curves =
    run.history.length > 0 ? [trainingCurves(run.history.map((row) => ({ ...row, epoch: row['epoch']! + 1 })))] : [];
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

function made({ name, notes, training }: PageData) {
  const { options, run } = training;
  const facts = [
    `made with reluctant ${readManifest().version} on ${new Date().toISOString().slice(0, 10)} from ${name}`,
    `${run.history.length} epochs known; optimiser ${JSON.stringify(options.optimizer)}`,
    ...notes,
  ];
  return markdown(`## How this was made\n\n${facts.map((fact) => `- ${literal(fact)}`).join('\n')}\n`);
}
