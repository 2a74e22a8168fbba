import { formatShare, Table } from '../../tables';
import { isDouble, type MutantRow } from './mutantRow';

/** How often verdicts were right, where they gave a probability from `from` to a tenth more. */
export interface CalibrationRow {
  from: number;
  verdicts: number;
  /** Mean of the probabilities given, and share that was right. */
  given: number;
  right: number;
}

/**
 * What the rows of `runMutants` add up to.
 *
 * @example
 * new benchmark.MutantSummary([]).faulty.length; // 0
 */
export class MutantSummary {
  constructor(readonly rows: readonly MutantRow[]) {}

  /** Mutants that count: worse than the original's seeds, by one operator or by two. */
  get faulty(): MutantRow[] {
    return this.rows.filter(({ operator, worse }) => operator !== '' && worse);
  }

  /** Those of one operator. */
  get single(): MutantRow[] {
    return this.faulty.filter((row) => !isDouble(row));
  }

  /** Those of two operators at once. */
  get double(): MutantRow[] {
    return this.faulty.filter(isDouble);
  }

  /** Runs of the originals, a row per program and seed. */
  get healthy(): MutantRow[] {
    return this.rows.filter(({ operator }) => operator === '');
  }

  /** Share of the faulty whose fault is named first. */
  get named(): number {
    return share(this.faulty, ({ right }) => right);
  }

  /** Of the first verdicts on faulty programs, the share that names the fault or mends it. */
  get precision(): number {
    return share(
      this.faulty.filter(({ verdicts }) => verdicts.length > 0),
      isRight,
    );
  }

  /**
   * Confirmed diagnosis rate: share of the faulty of one operator that a setting can mend whose first named cause, applied,
   * brings every head back to the spread of the original's seeds.
   */
  get confirmed(): number {
    return share(
      this.single.filter(({ ofData }) => !ofData),
      ({ mended }) => mended === true,
    );
  }

  /** "Confirmed", and the model is no better. */
  get wronglyConfirmed(): MutantRow[] {
    return this.rows.filter(({ confirmation }) => confirmation?.isWrong);
  }

  /** How often `confirm` said "confirmed". */
  get confirmations(): number {
    return this.rows.filter(({ confirmation }) => confirmation?.outcome === 'confirmed').length;
  }

  /** Share of the mendable faulty, of one operator and of two, that `repair` brings back to the spread of the original's seeds. */
  get repaired(): number {
    return share(this.mendable, ({ repair }) => repair?.isBack === true);
  }

  /** Share of them that `repair` ends with no head worse than what is easily reached. */
  get learning(): number {
    return share(this.mendable, ({ repair }) => repair !== undefined && (repair.isBack || repair.learns));
  }

  private get mendable(): MutantRow[] {
    return this.faulty.filter(({ ofData }) => !ofData);
  }

  /** Healthy programs that `repair` changed. */
  get changedHealthy(): number {
    return this.healthy.filter(({ repair }) => (repair?.kept.length ?? 0) > 0).length;
  }

  /** Share of the healthy with any verdict. */
  get alarms(): number {
    return share(this.healthy, ({ verdicts }) => verdicts.length > 0);
  }

  /** Mended programs, and the share of them with any verdict. */
  get mendedAlarms(): { mended: number; alarms: number } {
    const mended = this.rows.filter(({ mendedVerdicts }) => mendedVerdicts !== undefined);
    return { mended: mended.length, alarms: share(mended, ({ mendedVerdicts }) => mendedVerdicts!.length > 0) };
  }

  /** Named first and mended, by how far the mutation goes. */
  severities(): Table<{ severity: string; faulty: number; named: string; confirmed: string; repaired: string }> {
    const rows = (['mild', 'middle', 'gross'] as const).map((severity) => {
      const part = new MutantSummary(this.faulty.filter((row) => row.severity === severity));
      const { faulty, named, confirmed, repaired } = part;
      return {
        severity,
        faulty: faulty.length,
        named: formatShare(named),
        confirmed: formatShare(confirmed),
        repaired: formatShare(repaired),
      };
    });
    return new Table(rows, { title: 'Recall by severity' });
  }

  /** The same by family of programs, with the alarms on healthy ones. */
  families(): Table<{
    family: string;
    programs: number;
    faulty: number;
    named: string;
    confirmed: string;
    alarms: string;
  }> {
    const families = [...new Set(this.rows.map(({ family }) => family))];
    const rows = families.map((family) => {
      const part = new MutantSummary(this.rows.filter((row) => row.family === family));
      return {
        family,
        programs: new Set(part.rows.map(({ program }) => program)).size,
        faulty: part.faulty.length,
        named: formatShare(part.named),
        confirmed: formatShare(part.confirmed),
        alarms: `${part.healthy.filter(({ verdicts }) => verdicts.length > 0).length} of ${part.healthy.length}`,
      };
    });
    return new Table(rows, { title: 'By family', maxRows: 100 });
  }

  /** Every operator with what was named first. */
  confusion(): Table<{
    operator: string;
    faulty: number;
    named: number;
    mended: number;
    repaired: number;
    first: string;
  }> {
    const operators = [...new Set(this.single.map(({ operator }) => operator))].sort();
    const row = (operator: string, own: readonly MutantRow[]) => {
      const causes = own.map(({ verdicts }) => verdicts[0]?.cause ?? '(none)');
      const first = [...new Set(causes)].map((cause) => `${cause} ${causes.filter((one) => one === cause).length}`);
      const count = (test: (row: MutantRow) => boolean | undefined) => own.filter(test).length;
      return {
        operator,
        faulty: own.length,
        named: count(({ right }) => right),
        mended: count(({ mended }) => mended),
        repaired: count(({ repair }) => repair?.isBack),
        first: first.join(', '),
      };
    };
    const rows = operators.map((operator) =>
      row(
        operator,
        this.single.filter((one) => one.operator === operator),
      ),
    );
    if (this.double.length > 0) rows.push(row('two operators at once', this.double));
    return new Table(rows, { title: 'What was named first, by operator', maxRows: 100 });
  }

  /** Probabilities given beside how often they were right, over all programs. */
  calibration(): CalibrationRow[] {
    const verdicts = this.rows.flatMap((row) => {
      const [first] = row.verdicts;
      // A change without harm is neither a fault that is found nor a healthy program.
      if (!first || (row.operator !== '' && !row.worse)) return [];
      return [{ given: first.probability, right: isRight(row) }];
    });
    return Array.from({ length: 10 }, (_, k) => k / 10).flatMap((from) => {
      const own = verdicts.filter(({ given }) => given >= from && given < from + 0.1);
      if (own.length === 0) return [];
      const given = own.reduce((sum, one) => sum + one.given, 0) / own.length;
      return [{ from, verdicts: own.length, given, right: share(own, ({ right }) => right) }];
    });
  }

  /** Mean distance of probabilities and shares, weighted by verdicts (expected calibration error; Naeini and others 2015). */
  get calibrationError(): number {
    const bins = this.calibration();
    const all = bins.reduce((sum, { verdicts }) => sum + verdicts, 0);
    return bins.reduce((sum, { verdicts, given, right }) => sum + (verdicts / all) * Math.abs(given - right), 0);
  }

  /** Causes named on healthy and on mended programs, most frequent first. */
  private alarmsByCause(): string {
    const causes = [
      ...this.healthy.flatMap(({ verdicts }) => verdicts.slice(0, 1).map(({ cause }) => `${cause} (healthy)`)),
      ...this.rows.flatMap(({ mendedVerdicts }) =>
        (mendedVerdicts ?? []).slice(0, 1).map((cause) => `${cause} (mended)`),
      ),
    ];
    const counts = [...new Set(causes)].map((cause) => ({
      cause,
      count: causes.filter((one) => one === cause).length,
    }));
    return counts
      .sort((a, b) => b.count - a.count)
      .map(({ cause, count }) => `${cause} ${count}`)
      .join(', ');
  }

  toString(): string {
    const { faulty, single, double, healthy, rows, mendedAlarms } = this;
    const seconds = (pick: (row: MutantRow) => number) => middleOf(rows.map(pick)).toFixed(2);
    const unseen = new MutantSummary(single.filter((row) => row.unseen));
    const [alone, pairs] = [new MutantSummary(single), new MutantSummary(double)];
    return [
      this.confusion().toString(),
      this.severities().toString(),
      this.families().toString(),
      new Table([...this.calibration()], { title: 'Calibration: tenths of probability' }).toString(),
      `${new Set(rows.map(({ program }) => program)).size} programs, ${rows.length} runs; ${faulty.length} faulty ones, ${double.length} of them with two faults`,
      `a fault is named first in ${formatShare(this.named)} (one fault ${formatShare(alone.named)}, by operators kept aside ${formatShare(unseen.named)} of ${unseen.faulty.length}; two faults ${formatShare(pairs.named)})`,
      `precision of the first verdict ${formatShare(this.precision)}`,
      `confirmed diagnosis rate ${formatShare(this.confirmed)}`,
      `"confirmed" ${this.confirmations} times, ${this.wronglyConfirmed.length} of them without a better model`,
      `repaired: ${formatShare(this.repaired)} back within the original's spread, ${formatShare(this.learning)} learning (two faults: ${formatShare(pairs.repaired)}, ${formatShare(pairs.learning)}); ${this.changedHealthy} of ${healthy.length} healthy programs changed`,
      `verdicts on ${formatShare(this.alarms)} of ${healthy.length} healthy runs and on ${formatShare(mendedAlarms.alarms)} of ${mendedAlarms.mended} mended ones: ${this.alarmsByCause() || 'none'}`,
      `calibration error ${this.calibrationError.toFixed(3)}`,
      `a training takes ${seconds((row) => row.trainingSeconds)} s, a diagnosis ${seconds((row) => row.diagnosisSeconds)} s (medians)`,
    ].join('\n');
  }
}

const isRight = ({ right, mended, operator }: MutantRow): boolean => operator !== '' && (right || mended === true);

function share<T>(rows: readonly T[], test: (row: T) => boolean): number {
  return rows.length ? rows.filter(test).length / rows.length : Number.NaN;
}

function middleOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
