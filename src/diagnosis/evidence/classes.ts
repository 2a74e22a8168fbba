import { Random } from '../../core';
import { bestReach, boostedTrees, type Matrix, type References, rowsOf } from './references';

/** Classes of a head's targets, as they are spread over the rows, and what a reference makes of them. */
export interface ClassEvidence {
  /** Share of the training rows by class; of yes or no, of the noes and the yeses. */
  shares: readonly number[];
  /** On validation rows, as the best reference that learnt from the training rows names them; absent without such rows. */
  order?: ClassOrder;
  /** What is reached by trees that learnt from as many rows of each class; where a class is rare, and there are validation rows. */
  balanced?: { hitShare: number; recalls: readonly number[] };
}

/** Which class of the validation rows each class of the training rows turns out to be. */
export interface ClassOrder {
  /** Share of validation rows that are right as the classes stand, and with each class taken for another. */
  hitShare: number;
  movedHitShare: number;
  /** `moved[c]` is the validation class of what the training rows call `c`. */
  moved: readonly number[];
}

/** A class with under this share of an even part is rare. */
const RARE = 0.25;
/** More classes are not tried in every order. */
const MOST_CLASSES = 12;

/** The class of every row: the largest column, or of one column the side of a half. */
export function classesOf({ values, rows, columns }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    if (columns === 1) return Number(values[row]! > 0.5);
    let best = 0;
    for (let c = 1; c < columns; c++) if (values[row * columns + c]! > values[row * columns + best]!) best = c;
    return best;
  });
}

/** Share of the rows of each class that are named so; NaN for a class without rows. */
export function recallsOf(truth: Int32Array, told: Int32Array, classes: number): number[] {
  const [right, all] = [new Float64Array(classes), new Float64Array(classes)];
  truth.forEach((c, row) => {
    all[c]! += 1;
    if (told[row] === c) right[c]! += 1;
  });
  return Array.from({ length: classes }, (_, c) => right[c]! / all[c]!);
}

/** How classes are spread, and whether they mean the same on validation rows. */
export function classEvidence(
  training: { inputs: Matrix; targets: Matrix },
  validation: { inputs: Matrix; targets: Matrix } | undefined,
  references: References,
): ClassEvidence {
  const classes = Math.max(2, training.targets.columns);
  const own = classesOf(training.targets);
  const shares = Array.from({ length: classes }, (_, c) => own.filter((one) => one === c).length / own.length);
  if (!validation?.targets.rows) return { shares };
  const truth = classesOf(validation.targets);
  const told = bestReach(references, 'validation')?.predictions;
  const order = told && classes <= MOST_CLASSES ? orderOf(truth, classesOf(told), classes) : undefined;
  const isRare = shares.some((share) => share > 0 && share < RARE / classes) && training.targets.rows >= 60;
  return {
    shares,
    ...(order && { order }),
    ...(isRare && { balanced: balancedReach(training, validation, truth, own, classes) }),
  };
}

/** The best order of classes, found greedily from the most frequent pair on. */
function orderOf(truth: Int32Array, told: Int32Array, classes: number): ClassOrder {
  const counts = Array.from({ length: classes }, () => new Float64Array(classes));
  truth.forEach((c, row) => {
    counts[told[row]!]![c]! += 1;
  });
  const moved = new Array<number>(classes).fill(-1);
  const taken = new Set<number>();
  for (let turn = 0; turn < classes; turn++) {
    let best: [from: number, to: number, count: number] = [-1, -1, -1];
    counts.forEach((row, from) => {
      if (moved[from]! >= 0) return;
      row.forEach((count, to) => {
        // Of equals the class itself is preferred: a class that is never named has not moved.
        const weight = count + (from === to ? 1e-6 : 0);
        if (!taken.has(to) && weight > best[2]) best = [from, to, weight];
      });
    });
    moved[best[0]] = best[1];
    taken.add(best[1]);
  }
  const right = (to: (c: number) => number) => told.reduce((sum, c, row) => sum + Number(to(c) === truth[row]), 0);
  return { hitShare: right((c) => c) / truth.length, movedHitShare: right((c) => moved[c]!) / truth.length, moved };
}

function balancedReach(
  training: { inputs: Matrix; targets: Matrix },
  validation: { inputs: Matrix; targets: Matrix },
  truth: Int32Array,
  own: Int32Array,
  classes: number,
): NonNullable<ClassEvidence['balanced']> {
  const random = new Random(1).fork('balanced rows');
  const byClass = Array.from({ length: classes }, (_, c) => [...own.keys()].filter((row) => own[row] === c));
  const present = byClass.filter((rows) => rows.length > 0);
  const each = Math.floor(own.length / present.length);
  const drawn = present.flatMap((rows) =>
    Array.from({ length: each }, () => rows[random.integer(0, rows.length - 1)]!),
  );
  const link = training.targets.columns > 1 ? 'softmax' : 'logistic';
  const [x, y] = [rowsOf(training.inputs, drawn), rowsOf(training.targets, drawn)];
  const told = classesOf(boostedTrees(x, y, [validation.inputs], link)[0]!);
  const right = told.reduce((sum, c, row) => sum + Number(c === truth[row]), 0);
  return { hitShare: right / truth.length, recalls: recallsOf(truth, told, classes) };
}

/** How a head does on validation rows, class by class. */
export function classesFound(targets: Matrix, told: Matrix): { hitShare: number; recalls: number[] } {
  const classes = Math.max(2, targets.columns);
  const [truth, named] = [classesOf(targets), classesOf(told)];
  const right = named.reduce((sum, c, row) => sum + Number(c === truth[row]), 0);
  return { hitShare: right / truth.length, recalls: recallsOf(truth, named, classes) };
}
