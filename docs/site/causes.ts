// The encyclopaedia of causes: each with a run that has it, made while the site is built, and what mending it does.
import { type TF, tf } from '../../src/core';
import { CAUSES, confirm, diagnose, RULES } from '../../src/diagnosis';
import { MARKET_TWINS, METRIC_TWINS, TWINS } from '../../src/diagnosis/benchmark';
import { diagnosisStory, known } from '../../src/diagnosis/record';
import { followingScheme, runCurves, trainingCurves } from '../../src/plots';
import { type ProgramLike, train } from '../../src/programs';
import { formatNumber, formatShare } from '../../src/tables';
import type { Page } from './page';

const PART = 'Causes';
/** The seed of every run of the encyclopaedia: none on which thresholds were developed. */
const SEED = 77;
const LISTS = { TWINS, METRIC_TWINS, MARKET_TWINS };
const ALL = Object.values(LISTS).flat();

/** A fault and its healthy twin. */
type Twin = (typeof ALL)[number];

/** What a fault gave, for the pages and to be compared with what it gave when the pages were last looked at. */
export interface Numbers {
  /** The cause that was named first. */
  named: string;
  /** What came of its change; empty where only the reader can make it. */
  outcome: string;
  /** Skill of every head in the faulty run. */
  skills: Readonly<Record<string, number | null>>;
}

/** A fault that was trained, its numbers and the blocks of its page. */
export interface Shown {
  twin: Twin;
  numbers: Numbers;
  html: Record<string, string>;
  /** Rules that the first verdict rests on. */
  rules: readonly string[];
}

/** Trains the fault and its change, and draws both. */
export async function show(twin: Twin): Promise<Shown> {
  const [program, other] = [true, false].map((faulty) => twin.build(SEED, faulty) as ProgramLike<TF.LayersModel>);
  const run = await train(program!, { mode: 'graph' });
  const diagnosis = diagnose(run, { name: twin.fault });
  const [first] = diagnosis.verdicts;
  const proof = first?.change.apply ? await confirm(first, program!, { mode: 'graph' }) : undefined;
  const healthy = await train(other!, { mode: 'graph' });
  const record = { ...diagnosis.record(), ...(proof && { proof: proof.record() }) };
  const histories = [
    { name: 'with the fault', history: run.history },
    { name: 'without it', history: healthy.history },
  ];
  const curves =
    run.history.length > 0 && healthy.history.length > 0
      ? runCurves(histories, ['loss', 'val_loss'], { title: 'With the fault and without it' })
      : trainingCurves(healthy.history);
  const picture = Buffer.from(followingScheme(curves.toSVG())).toString('base64');
  for (const model of [run.model, healthy.model]) model.dispose();
  return {
    twin,
    numbers: {
      named: first?.cause ?? '',
      outcome: proof?.outcome ?? '',
      // A model that gave numbers which are none has no skill that JSON could keep.
      skills: Object.fromEntries(diagnosis.heads.map(({ head, skill }) => [head, known(Number(skill.toPrecision(4)))])),
    },
    rules: [...new Set(first?.symptoms.map(({ rule }) => rule))],
    html: {
      picture: `<img alt="losses with the fault and without it" src="data:image/svg+xml;base64,${picture}">`,
      story: diagnosisStory(record),
    },
  };
}

/** Trains every fault of the benchmark, one after the other. */
export async function showAll(onFault: (fault: string, seconds: number) => void): Promise<Shown[]> {
  const all: Shown[] = [];
  for (const twin of ALL) {
    const begun = performance.now();
    tf.engine().startScope();
    try {
      all.push(await show(twin));
    } finally {
      tf.engine().endScope();
    }
    onFault(twin.fault, (performance.now() - begun) / 1000);
  }
  return all;
}

/** What is not as it was when the pages were last looked at. A skill may move by two hundredths: processors round differently. */
export function changes(shown: readonly Shown[], kept: Readonly<Record<string, Numbers>>): string[] {
  return shown.flatMap(({ twin: { fault, cause }, numbers }) => {
    const before = kept[fault];
    if (!before) return [`${fault}: has no kept numbers`];
    const skills = Object.entries(numbers.skills).filter(([head, skill]) => !isNear(skill, before.skills[head]));
    return [
      ...(numbers.named === before.named
        ? []
        : [`${fault}: "${numbers.named}" is named first, it was "${before.named}" (planted: "${cause}")`]),
      ...(numbers.outcome === before.outcome
        ? []
        : [`${fault}: its mend ends as "${numbers.outcome}", it was "${before.outcome}"`]),
      ...skills.map(
        ([head, skill]) => `${fault}: skill of ${head} is ${share(skill)}, it was ${share(before.skills[head])}`,
      ),
    ];
  });
}

const share = (skill: number | null | undefined): string => formatShare(skill ?? Number.NaN);

/** The same but for how processors round. */
function isNear(skill: number | null, before: number | null | undefined): boolean {
  if (skill === null || before === null || before === undefined) return skill === before;
  return Math.abs(skill - before) <= 0.02 * Math.max(1, Math.abs(skill));
}

/** A page per cause, and one that lists them. */
export function causePages(shown: readonly Shown[]): Page[] {
  const pages = CAUSES.map((cause): Page => {
    const own = shown.filter(({ twin }) => twin.cause === cause.id);
    const html = Object.assign(
      {},
      ...own.map(({ html }, k) => ({ [`picture-${k}`]: html['picture'], [`story-${k}`]: html['story'] })),
    );
    const needs = NEEDS[cause.needs];
    return {
      path: `causes/${cause.id}`,
      title: cause.title,
      part: PART,
      html,
      markdown: [
        `# ${cause.title}`,
        `\`${cause.id}\` · ${needs}${cause.probability === undefined ? '' : ` · right in ${formatShare(cause.probability)} of the runs where it was named`}`,
        ...(own.length === 0
          ? ['No program of the small benchmark has this fault alone, so that no run of it is shown here.']
          : []),
        ...own.flatMap((one, k) => example(one, k)),
        ...thresholds(own),
      ].join('\n\n'),
    };
  });
  const rows = CAUSES.map(({ id, title }) => {
    const own = shown.filter(({ twin }) => twin.cause === id);
    const faults = own.map(
      ({ twin, numbers }) =>
        `${twin.fault}: ${numbers.named === id ? 'named first' : `"${numbers.named || 'nothing'}" named first`}${numbers.outcome ? `, ${numbers.outcome}` : ''}`,
    );
    return `| [${title}](${id}.html) | ${faults.join('; ')} |`;
  });
  const index: Page = {
    path: 'causes/index',
    title: 'All causes',
    part: PART,
    markdown: [
      '# What keeps a network from learning',
      `Every cause that \`rl.diagnose\` knows. Where a fault stands beside it, that program was trained with and without the fault while this site was built (seed ${SEED}), diagnosed, and the change of the first verdict was tried. The build fails when what is named first, what comes of its change, or a skill differs from what was looked at.`,
      ['| cause | what the runs of this site gave |', '|---|---|', ...rows].join('\n'),
    ].join('\n\n'),
  };
  return [index, ...pages];
}

const NEEDS: Readonly<Record<(typeof CAUSES)[number]['needs'], string>> = {
  nothing: 'a verdict whenever it is seen',
  untrained: 'a verdict where a head does worse than what is easily reached, and before any training',
  training: 'a verdict where a head does worse on its training rows than what is easily reached',
  validation: 'a verdict where a head does worse on validation rows than what is easily reached',
  harm: 'a verdict where a head does worse than what is easily reached, on training or validation rows',
  note: 'never a verdict: a note',
};

/** A run that has the fault: picture, diagnosis, and the lines that make it again. */
function example({ twin: { fault, cause }, numbers }: Shown, k: number): string[] {
  const honest =
    numbers.named === cause
      ? []
      : [
          `In this run ${numbers.named ? `\`${numbers.named}\`` : 'nothing'} is named first, and not the planted cause: see how far its evidence goes.`,
        ];
  const [source] = Object.entries(LISTS).find(([, list]) => list.some((one) => one.fault === fault))!;
  const code = [
    "import * as rl from 'reluctant';",
    '',
    `const { build } = rl.benchmark.${source}.find(({ fault }) => fault === ${JSON.stringify(fault)})!;`,
    `const program = build(${SEED}, true); // false: its healthy twin`,
    "const run = await rl.train(program!, { mode: 'graph' });",
    'const diagnosis = rl.diagnose(run);',
    'console.log(diagnosis.toString());',
    ...(numbers.outcome
      ? ["console.log((await rl.confirm(diagnosis.verdicts[0]!, program, { mode: 'graph' })).toString());"]
      : []),
  ];
  const skills = Object.entries(numbers.skills).map(([head, skill]) => `${head} ${share(skill)}`);
  return [
    `## A run that has it: ${fault}`,
    ...honest,
    `Skill on training rows: ${skills.join(', ')}.${numbers.outcome ? ` The change of the first verdict: ${numbers.outcome}.` : ''}`,
    `{{picture-${k}}}`,
    `{{story-${k}}}`,
    '### The same again',
    `\`\`\`ts\n${code.join('\n')}\n\`\`\``,
  ];
}

/** The rules that saw it, with their thresholds and where these come from. */
function thresholds(own: readonly Shown[]): string[] {
  const seen = new Set(own.flatMap(({ rules }) => rules));
  const rows = RULES.filter(({ id }) => seen.has(id)).flatMap(({ id, watches, thresholds }) =>
    Object.entries(thresholds).map(
      ([name, { value, source }], k) =>
        `| ${k === 0 ? `\`${id}\`: ${watches}` : ''} | ${name} ${formatNumber(value)} | ${source} |`,
    ),
  );
  return rows.length === 0
    ? []
    : ['## How it is seen', ['| rule | threshold | where it comes from |', '|---|---|---|', ...rows].join('\n')];
}
