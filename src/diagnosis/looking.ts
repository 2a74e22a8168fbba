import { type TF, tf } from '../core';
import { type Program, type ProgramParts, type Setting, type TrainOptions, train } from '../programs';
import { Diagnosis, diagnose } from './diagnose';
import { outcomesOf } from './outcome';
import { recordRun } from './recorder';

/** Options of `confirm`. */
export interface ConfirmOptions extends Omit<TrainOptions, 'folder' | 'resume'> {
  /** Writes the two runs to `folder`, as `<name>-before` and `<name>-after`; see `runs.recordRun`. */
  record?: { folder: string; name: string };
  /**
   * Further seeds on each side where the gain is small, to tell it from chance. Default 2; 0 takes any gain beyond a twentieth.
   */
  furtherSeeds?: number;
}

/** One training with its diagnosis and what came out. */
export interface Looked {
  diagnosis: Diagnosis;
  outcomes: { head: string; score: number }[];
  /** Of the training, and of the diagnosis after it. */
  seconds: { training: number; diagnosis: number };
}

/** Which training of a comparison it is: `again` are further seeds, of which only the outcome is asked. */
export type Part = '' | 'before' | 'after' | 'again';

/** Trains a program and looks at what came out. */
export type Looking = (
  program: Program<Setting, TF.LayersModel>,
  options: ConfirmOptions,
  part?: Part,
) => Promise<Looked>;

/** Trains a program and looks at what came out. Data that its changes made are disposed of. */
export const lookAt: Looking = async (
  program,
  { record, watch = [], furtherSeeds: _, ...options },
  part = '',
): Promise<Looked> => {
  const isRecorded = record && (part === 'before' || part === 'after');
  const recorder = isRecorded
    ? recordRun(record.folder, { name: `${record.name}-${part}`, statistics: false })
    : undefined;
  const run = await train(program, { ...options, watch: [...watch, ...(recorder ? [recorder] : [])] });
  const start = performance.now();
  try {
    const diagnosis = part === 'again' ? new Diagnosis([], []) : diagnose(run);
    const seconds = { training: run.seconds, diagnosis: (performance.now() - start) / 1000 };
    return { diagnosis, outcomes: outcomesOf(run.model, run.origin!.data), seconds };
  } finally {
    run.model.dispose();
    if (program.changes.length > 0) await disposeChanged(program, run.origin!);
  }
};

/** Changes make their tensors anew whenever the parts are asked for: what two makings share belongs to the program. */
async function disposeChanged(program: Program<Setting, TF.LayersModel>, made: Pick<ProgramParts, 'data'>) {
  const again = await program.parts();
  disposeNew(made, again);
  const alive = tensorsOf(made).filter((tensor) => !tensor.isDisposed);
  for (const tensor of tensorsOf(again)) if (!alive.includes(tensor) && !tensor.isDisposed) tensor.dispose();
}

/** Whether the head at a place does worse than what is easily reached. */
export const isHarmed = ({ diagnosis, outcomes: all }: Looked, place: number): boolean =>
  diagnosis.heads.find(({ head }) => head === all[place]?.head)?.harmed === true;

/** Every tensor of a program's data. */
export const tensorsOf = ({ data }: Pick<ProgramParts, 'data'>): TF.Tensor[] =>
  [data, data.validation].flatMap((part) =>
    part ? [part.inputs, part.targets].flatMap((one) => (one instanceof tf.Tensor ? [one] : Object.values(one))) : [],
  );

/** Disposes of the data of one program that another does not share. */
export function disposeNew(made: Pick<ProgramParts, 'data'>, given: Pick<ProgramParts, 'data'>): void {
  const shared = new Set(tensorsOf(given));
  for (const tensor of tensorsOf(made)) if (!shared.has(tensor) && !tensor.isDisposed) tensor.dispose();
}
