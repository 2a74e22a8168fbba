import { escapeHTML, formatShare } from '../../tables';
import { evidencePicture, valueText } from './evidencePicture';
import type { ConfirmationRecord, DiagnosisRecord, VerdictRecord } from './record';

type HeadRecord = DiagnosisRecord['heads'][number];

/** How many measurements stand in the open; the others are folded. */
const SHOWN = 6;

const placed = (where: string): string => (where ? ` <code>${escapeHTML(where)}</code>` : '');

/** A diagnosis as HTML that stands alone: the primary cause, its evidence, the mend, what it explains folded under it. Every text is escaped. */
export function diagnosisStory(record: DiagnosisRecord): string {
  const { name, verdicts, heads, notes, proof } = record;
  const title = name ? `<p><b>${escapeHTML(name)}</b></p>` : '';
  const body =
    verdicts.length === 0
      ? `<p>${escapeHTML(withoutVerdict(heads))}</p>`
      : `<ol class="verdicts">${verdicts
          .map((verdict) => `<li>${verdictStory(verdict, proof)}${explained(verdict, proof)}</li>`)
          .join('')}</ol>`;
  const noted = notes.map(
    ({ cause, where, says }) => `<li>${escapeHTML(cause)}${placed(where)}: ${escapeHTML(says)}</li>`,
  );
  const aside =
    noted.length === 0
      ? ''
      : `<details><summary>noted, without harm: ${noted.length}</summary><ul>${noted.join('')}</ul></details>`;
  return `<div class="diagnosis ${isHealthy(record) ? 'healthy' : 'ill'}">${title}${body}${skillList(heads)}${aside}</div>`;
}

/** What is said of a run for which no cause was named. */
export function withoutVerdict(heads: readonly HeadRecord[]): string {
  const harmed = heads.filter((one) => one.harmed).map(({ head }) => `"${head}"`);
  if (harmed.length > 0) return `No verdict: ${harmed.join(', ')} could do better, and no rule says why.`;
  return 'No verdict: every head does as well as what is easily reached.';
}

/** No cause was named, and no head does worse than what is easily reached. */
export const isHealthy = ({ verdicts, heads }: DiagnosisRecord): boolean =>
  verdicts.length === 0 && !heads.some(({ harmed }) => harmed);

function verdictStory(verdict: VerdictRecord, proof?: ConfirmationRecord): string {
  const { title, where, sure, says, evidence, mend, wrongIf } = verdict;
  const [open, folded] = [evidence.slice(0, SHOWN), evidence.slice(SHOWN)];
  const more =
    folded.length === 0
      ? ''
      : `<details><summary>${folded.length} more numbers</summary>${evidenceTable(folded)}</details>`;
  return [
    `<p class="cause"><b>${escapeHTML(title)}</b>${placed(where)}, ${escapeHTML(sure)}<br>${escapeHTML(says)}</p>`,
    open.length > 0 ? evidenceTable(open) : '',
    more,
    `<p class="mend"><i>Mend:</i> ${escapeHTML(mend.says)}</p>`,
    diffOf(mend),
    proof && proof.title === title && proof.where === where ? confirmationStory(proof, false) : '',
    `<p><i>Wrong if</i> ${escapeHTML(wrongIf)}</p>`,
  ].join('');
}

function explained({ explains }: DiagnosisRecord['verdicts'][number], proof?: ConfirmationRecord): string {
  if (explains.length === 0) return '';
  const titles = explains.map(({ title, where }) => `${escapeHTML(title)}${placed(where)}`).join('; ');
  const all = explains.map((verdict) => `<li>${verdictStory(verdict, proof)}</li>`).join('');
  return `<details class="explains"><summary>It explains, or has in its place if it proves wrong: ${titles}</summary><ul>${all}</ul></details>`;
}

function evidenceTable(evidence: VerdictRecord['evidence']): string {
  const rows = evidence.map((one) => {
    const limit = one.threshold === undefined ? '' : ` (threshold ${valueText(one.threshold, one.unit)})`;
    const when = one.epoch === undefined ? '' : ` at epoch ${one.epoch}`;
    const value = `<b>${escapeHTML(valueText(one.value, one.unit))}</b>${escapeHTML(`${when}${limit}`)}`;
    return `<tr><td style="text-align:left">${escapeHTML(one.quantity)}</td><td style="text-align:left">${evidencePicture(one)}</td><td style="text-align:left">${value}</td></tr>`;
  });
  return `<table class="evidence"><tbody>${rows.join('')}</tbody></table>`;
}

/** The lines that go and the lines that come; nothing where a program cannot write them. */
function diffOf({ before, after }: VerdictRecord['mend']): string {
  if (!after) return '';
  const lines = (text: string | undefined, mark: string, tag: string) =>
    (text ?? '')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `<${tag} style="text-decoration:none">${mark} ${escapeHTML(line)}</${tag}>`);
  return `<pre class="diff">${[...lines(before, '-', 'del'), ...lines(after, '+', 'ins')].join('\n')}</pre>`;
}

/** What came of a change: the words, and each head before and after. */
export function confirmationStory(record: ConfirmationRecord, isAlone = true): string {
  const { title, where, change, outcome, confirmed, heads } = record;
  const said = confirmed
    ? 'made, and trained again from the same seed: the model is better'
    : `made, and trained again: ${outcome}`;
  const list = heads.map(
    ({ head, before, after }) =>
      `<li>${escapeHTML(head)} <b>${score(before)} → ${score(after)}</b> ${shift(head, before, after)}</li>`,
  );
  // Under its verdict the cause and the change stand above it.
  const what = isAlone ? `<b>${escapeHTML(title)}</b>${placed(where)}: ${escapeHTML(change)}: ` : '';
  return `<div class="proof ${confirmed ? 'holds' : 'broken'}"><p>${confirmed ? '✔' : '✘'} <i>Proof:</i> ${what}${escapeHTML(said)}. On rows it was not trained on, share that is right or explained:</p><ul class="skills">${list.join('')}</ul></div>`;
}

const score = (value: number | null): string => (value === null ? 'not known' : formatShare(value));

/** Scores from -1 to 1 as a line from a hollow point to a full one. */
function shift(head: string, before: number | null, after: number | null): string {
  if (before === null || after === null) return '';
  const place = (value: number) => (4 + 56 * (1 + Math.min(1, Math.max(-1, value)))).toFixed(1);
  const label = `${head}: from ${score(before)} to ${score(after)}`;
  return `<svg role="img" aria-label="${escapeHTML(label)}" width="120" height="14" viewBox="0 0 120 14"><path d="M4 7H116M60 2V12" stroke="currentColor" opacity="0.25"/><path d="M${place(before)} 7H${place(after)}" stroke="currentColor" stroke-width="2"/><circle cx="${place(before)}" cy="7" r="3" fill="none" stroke="currentColor"/><circle cx="${place(after)}" cy="7" r="3.5" fill="currentColor"/></svg>`;
}

/** What each head reaches, on validation rows where there are any, beside what is easily reached there. */
export function skillList(heads: readonly HeadRecord[]): string {
  if (heads.length === 0) return '';
  const items = heads.map((one) => {
    const [skill, reachable] =
      one.validationSkill === null
        ? [one.skill, one.reachable]
        : [one.validationSkill, one.validationReachable ?? one.reachable];
    const beside = reachable === null ? '' : ` <small>of ${score(reachable)} easily reached</small>`;
    // No tick where a constant does better, though it may be chance.
    const isPoor = skill !== null && skill < 0;
    const [kind, mark] = one.harmed ? ['harmed', '✘'] : isPoor ? ['doubtful', '◐'] : ['fine', '✔'];
    const words = isPoor && !one.harmed ? ' <small>(a constant does better, perhaps by chance)</small>' : '';
    return `<li class="${kind}">${mark} ${escapeHTML(one.head)}: skill <b>${score(skill)}</b>${beside}${words}</li>`;
  });
  return `<ul class="skills">${items.join('')}</ul>`;
}
