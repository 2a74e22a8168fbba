import { formatShare, Table } from '../../tables';
import type { MutantRow } from './mutants';

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

  /** Mutants that count: worse than the original's seeds. */
  get faulty(): MutantRow[] {
    return this.rows.filter(({ operator, worse }) => operator !== '' && worse);
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
   * Confirmed diagnosis rate: share of the faulty that a setting can mend whose first named cause, applied, brings every head
   * back to the spread of the original's seeds.
   */
  get confirmed(): number {
    return share(
      this.faulty.filter(({ ofData }) => !ofData),
      ({ mended }) => mended === true,
    );
  }

  /** Share of the healthy with any verdict. */
  get alarms(): number {
    return share(this.healthy, ({ verdicts }) => verdicts.length > 0);
  }

  /** Named first and mended, by how far the mutation goes. */
  severities(): Table<{ severity: string; faulty: number; named: string; confirmed: string }> {
    const rows = (['mild', 'middle', 'gross'] as const).map((severity) => {
      const part = new MutantSummary(this.faulty.filter((row) => row.severity === severity));
      const { faulty, named, confirmed } = part;
      return { severity, faulty: faulty.length, named: formatShare(named), confirmed: formatShare(confirmed) };
    });
    return new Table(rows, { title: 'Recall by severity' });
  }

  /** Every operator with what was named first. */
  confusion(): Table<{ operator: string; faulty: number; named: number; mended: number; first: string }> {
    const operators = [...new Set(this.faulty.map(({ operator }) => operator))].sort();
    const rows = operators.map((operator) => {
      const own = this.faulty.filter((row) => row.operator === operator);
      const causes = own.map(({ verdicts }) => verdicts[0]?.cause ?? '(none)');
      const first = [...new Set(causes)].map((cause) => `${cause} ${causes.filter((one) => one === cause).length}`);
      const [named, mended] = [own.filter(({ right }) => right).length, own.filter((row) => row.mended).length];
      return { operator, faulty: own.length, named, mended, first: first.join(', ') };
    });
    return new Table(rows, { title: 'What was named first, by operator', maxRows: 100 });
  }

  /** Probabilities given beside how often they were right, over all programs. */
  calibration(): CalibrationRow[] {
    const verdicts = this.rows.flatMap((row) => {
      const [first] = row.verdicts;
      return first ? [{ given: first.probability, right: isRight(row) }] : [];
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

  toString(): string {
    const { faulty, healthy, named, precision, confirmed, alarms, calibrationError, rows } = this;
    const seconds = rows.reduce((sum, row) => sum + row.diagnosisSeconds, 0) / rows.length;
    const programs = new Set(rows.map(({ program }) => program)).size;
    const unseen = new MutantSummary(faulty.filter((row) => row.unseen));
    return [
      this.confusion().toString(),
      this.severities().toString(),
      new Table([...this.calibration()], { title: 'Calibration: tenths of probability' }).toString(),
      `${programs} programs; ${faulty.length} faulty runs: the fault is named first in ${formatShare(named)} (${formatShare(unseen.named)} of the ${unseen.faulty.length} by operators kept aside), precision of the first verdict ${formatShare(precision)}`,
      `confirmed diagnosis rate ${formatShare(confirmed)}; verdicts on ${formatShare(alarms)} of ${healthy.length} healthy runs`,
      `calibration error ${calibrationError.toFixed(3)}; a diagnosis takes ${seconds.toFixed(2)} s`,
    ].join('\n');
  }
}

const isRight = ({ right, mended, operator }: MutantRow): boolean => operator !== '' && (right || mended === true);

function share<T>(rows: readonly T[], test: (row: T) => boolean): number {
  return rows.length ? rows.filter(test).length / rows.length : Number.NaN;
}
