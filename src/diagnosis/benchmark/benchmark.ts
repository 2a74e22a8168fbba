import { checkInteger, type TF, tf } from '../../core';
import { Program, type ProgramLike, train } from '../../programs';
import { formatShare, Table } from '../../tables';
import type { Mode } from '../../training';
import { type Diagnosis, diagnose } from '../diagnose';
import { RULES } from '../rules';
import type { Symptom } from '../rules/rule';

/** A program of the benchmark with what is true of it. */
export interface BenchmarkProgram {
  name: string;
  /** The cause a diagnosis should name first; `''` for a healthy program, which should get no verdict. */
  cause: string;
  /** The program at a seed; the same seed gives the same data and initial weights. */
  build(seed: number): ProgramLike<TF.LayersModel>;
}

/** What one program of the benchmark was and what was said of it. */
export interface BenchmarkRow {
  program: string;
  /** Whether something is wrong with it. */
  faulty: boolean;
  seed: number;
  /** The right cause; `''` for a healthy program. */
  cause: string;
  /** The cause ranked first; `''` when there was no verdict. */
  named: string;
  /** All causes named, in order. */
  verdicts: string;
  /** Rules that saw something, and those that the first verdict rests on. */
  fired: string;
  restsOn: string;
  right: boolean;
  seconds: number;
}

/** Precision and recall of one cause over all programs, by the cause ranked first. */
export interface CauseScore {
  cause: string;
  /** Faulty programs that have this cause. */
  programs: number;
  /** Of these, how many were told so first. */
  recall: number;
  /** Of all programs told so first, how many have it; NaN when none was. */
  precision: number;
}

/** Precision and recall of one rule over all programs. */
export interface RuleScore {
  rule: string;
  /** Faulty and healthy programs in which it saw something. */
  faulty: number;
  healthy: number;
  /** Share of the programs in which it saw something that are faulty; NaN when it never did. */
  precision: number;
  /** Of the faulty programs whose cause is recognised by it (among others), how many it saw something in. */
  recall: number;
}

/** How {@link runBenchmark} goes. */
export interface BenchmarkOptions {
  /** Default 1, 2, 3, 4, 5. */
  seeds?: readonly number[];
  /** Called after every program. */
  onRow?: (row: BenchmarkRow, done: number, all: number) => void;
  /** Ends the benchmark after the program at hand. */
  signal?: AbortSignal;
}

/** Every program with its verdict, and what they add up to: what {@link runBenchmark} returns. */
export class BenchmarkResult {
  constructor(readonly rows: readonly BenchmarkRow[]) {}

  /** Share of faulty programs whose right cause was ranked first. */
  get named(): number {
    return share(
      this.rows.filter(({ faulty }) => faulty),
      ({ right }) => right,
    );
  }

  /** Share of healthy programs with any verdict. */
  get falseAlarms(): number {
    return share(
      this.rows.filter(({ faulty }) => !faulty),
      ({ right }) => !right,
    );
  }

  /** Precision and recall by cause. */
  scores(): Table<CauseScore> {
    const causes = [...new Set(this.rows.map(({ cause }) => cause).filter(Boolean))];
    const rows = causes.map((cause) => ({
      cause,
      programs: this.rows.filter((row) => row.cause === cause).length,
      recall: share(
        this.rows.filter((row) => row.cause === cause),
        ({ right }) => right,
      ),
      precision: share(
        this.rows.filter(({ named }) => named === cause),
        ({ right }) => right,
      ),
    }));
    return new Table(rows, {
      title: 'Precision and recall',
      formats: { recall: (value) => formatShare(Number(value)), precision: (value) => formatShare(Number(value)) },
    });
  }

  /** Precision and recall by rule: what the verdicts are made from. A symptom without a verdict is no false alarm. */
  rules(): Table<RuleScore> {
    const sees = (rule: string) => (row: BenchmarkRow) => row.fired.split(' ').includes(rule);
    const faulty = this.rows.filter((row) => row.faulty);
    const rows = RULES.map(({ id }) => {
      const told = faulty.filter(({ right, restsOn }) => right && restsOn.split(' ').includes(id));
      const causes = new Set(told.map(({ cause }) => cause));
      const [bad, good] = [
        faulty.filter(sees(id)).length,
        this.rows.filter((row) => !row.faulty && sees(id)(row)).length,
      ];
      return {
        rule: id,
        faulty: bad,
        healthy: good,
        precision: bad + good > 0 ? bad / (bad + good) : Number.NaN,
        recall: share(
          faulty.filter(({ cause }) => causes.has(cause)),
          sees(id),
        ),
      };
    });
    const percent = (value: unknown) => (Number.isNaN(value) ? '' : formatShare(Number(value)));
    return new Table(rows, {
      title: 'Rules: programs in which they saw something',
      formats: { precision: percent, recall: percent },
    });
  }

  /** The confusion matrix: a row per true cause (or none), a column per cause named first. Zeros are left blank. */
  confusion(): Table {
    const truths = [...new Set(this.rows.map(({ cause }) => cause))].sort();
    const names = [...new Set(this.rows.map(({ named }) => named))].sort();
    const rows = truths.map((truth) => {
      const own = this.rows.filter(({ cause }) => cause === truth);
      const counts = names.map((name) => [name || '(none)', own.filter(({ named }) => named === name).length || null]);
      return { 'true cause': truth || '(healthy)', ...Object.fromEntries(counts) };
    });
    return new Table(rows, { title: 'Confusion matrix: true cause by cause named first', maxRows: 200 });
  }

  /**
   * The outcome as Markdown: a row per cause with how often it was named first, precision and recall, and what was named
   * instead; then the healthy programs.
   */
  toMarkdown(): string {
    const faulty = this.rows.filter((row) => row.faulty);
    const healthy = this.rows.filter((row) => !row.faulty);
    const others = (rows: readonly BenchmarkRow[]) => {
      const names = rows.filter(({ right }) => !right).map(({ named }) => named || 'nothing');
      return [...new Set(names)].map((name) => `${name} (${names.filter((one) => one === name).length})`).join(', ');
    };
    const percent = (value: number) => formatShare(value).replace(' ', '\u00a0');
    const lines = this.scores().rows.map(({ cause, programs, recall, precision }) => {
      const instead = others(faulty.filter((row) => row.cause === cause));
      return `| \`${cause}\` | ${programs} | ${percent(recall)} | ${percent(precision)} | ${instead} |`;
    });
    const right = faulty.filter((row) => row.right).length;
    const alarms = healthy.filter((row) => !row.right).length;
    const seeds = [...new Set(this.rows.map(({ seed }) => seed))].join(', ');
    return [
      '| planted cause | runs | named first (recall) | precision | named instead |',
      '|---|---:|---:|---:|---|',
      ...lines,
      '',
      `Seeds ${seeds}: the planted cause is named first in ${right} of ${faulty.length} faulty runs (${percent(this.named)}); ${alarms} of ${healthy.length} healthy runs get any verdict (${percent(this.falseAlarms)}${alarms ? `: ${others(healthy)}` : ''}).`,
    ].join('\n');
  }

  toString(): string {
    const faulty = this.rows.filter(({ faulty: is }) => is).length;
    return [
      this.confusion().toString(),
      '',
      this.scores().toString(),
      '',
      this.rules().toString(),
      '',
      `right cause first: ${formatShare(this.named)} of ${faulty} faulty programs`,
      `any verdict: ${formatShare(this.falseAlarms)} of ${this.rows.length - faulty} healthy programs`,
    ].join('\n');
  }
}

/**
 * Trains every program on every seed, diagnoses each run and compares the first verdict with the truth. The diagnosis gets the
 * run, the model, the data and the options: nothing tells it which program it looks at.
 *
 * @throws ReluctantError `integer-out-of-range` for a seed that is not a whole number from 0 to 4294967295.
 * @example
 * const programs = benchmark.twinPrograms(benchmark.TWINS.slice(5, 6));
 * (await benchmark.runBenchmark(programs, { seeds: [1] })).named; // 1
 */
export async function runBenchmark(
  programs: readonly BenchmarkProgram[],
  options: BenchmarkOptions = {},
): Promise<BenchmarkResult> {
  const seeds = (options.seeds ?? [1, 2, 3, 4, 5]).map((seed) =>
    checkInteger('runBenchmark', 'seed', seed, 0, 2 ** 32 - 1),
  );
  const rows: BenchmarkRow[] = [];
  for (const { name, cause, build } of programs)
    for (const seed of seeds) {
      if (options.signal?.aborted) return new BenchmarkResult(rows);
      const start = performance.now();
      const { verdicts, symptoms } = await diagnosisOf(build(seed));
      const causes = verdicts.map(({ cause: own }) => own);
      const named = causes[0] ?? '';
      const seconds = (performance.now() - start) / 1000;
      const right = named === cause;
      const row = {
        program: name,
        faulty: cause !== '',
        seed,
        cause,
        named,
        verdicts: causes.join(' '),
        fired: rulesOf(symptoms),
        restsOn: rulesOf(verdicts[0]?.symptoms ?? []),
        right,
        seconds,
      };
      rows.push(row);
      options.onRow?.(row, rows.length, programs.length * seeds.length);
    }
  return new BenchmarkResult(rows);
}

const rulesOf = (symptoms: readonly Symptom[]): string => [...new Set(symptoms.map(({ rule }) => rule))].join(' ');

/** Trains a program and diagnoses it; nothing stays on the device. */
async function diagnosisOf(program: ProgramLike<TF.LayersModel>): Promise<Diagnosis> {
  // The graph compiles in a tenth of the time XLA takes, which runs of a few hundred steps do not earn back.
  const { mode = 'graph' } = program instanceof Program ? program.setting : program.options;
  const run = await train(program, { mode: mode as Mode });
  const diagnosis = diagnose(run);
  run.model.dispose();
  const { inputs, targets, validation } = run.origin!.data;
  tf.dispose([inputs, targets, validation?.inputs, validation?.targets] as TF.TensorContainer);
  if (program instanceof Program) await program.dispose();
  return diagnosis;
}

function share<T>(rows: readonly T[], test: (row: T) => boolean): number {
  return rows.length ? rows.filter(test).length / rows.length : Number.NaN;
}
