import { confirmationStory, type DiagnosisRecord, isHealthy, skillList, withoutVerdict } from '../../diagnosis/record';
import { escapeHTML } from '../../tables';
import type { Found } from './outputs';

/** How a report was made: what somebody needs who wants the same again. */
export interface Made {
  /** What to type. */
  command: string;
  /** Values of the parameters, by name. */
  parameters: Readonly<Record<string, unknown>>;
  /** Programs and their versions. */
  versions: Readonly<Record<string, string>>;
  /** A day, e.g. `2026-11-27`. */
  date: string;
  /** E.g. `2 min 35 s`. */
  duration: string;
}

/**
 * The card at the head of a page: what was found in each run, the picture, the claims, and how to make it again. Empty for a page that has
 * none of them.
 *
 * @param upshot what the cells tagged `verdict` have shown, as HTML.
 */
export function card(found: Found, upshot: string, made?: Made): string {
  const { diagnoses, confirmations, claims } = found;
  const runs = diagnoses.map((one, k) => runLine(one, k + 1, diagnoses.length));
  const skillHint = diagnoses.some(({ heads }) => heads.length > 0)
    ? '<p class="hint">Skill: share of the best constant’s loss that a head removes, on validation rows where there are any. Below 0 a constant does better.</p>'
    : '';
  const parts = [
    runs.length > 0 ? `<ol class="runs">${runs.join('')}</ol>${skillHint}` : '',
    ...confirmations.map((one) => confirmationStory(one)),
    upshot ? `<div class="upshot">${upshot}</div>` : '',
    claimList(claims),
    made ? howMade(made) : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `<section class="card" aria-label="the answer">${parts.join('\n')}</section>`;
}

/** One run: its verdict, and how well each head does. */
function runLine(record: DiagnosisRecord, number: number, of: number): string {
  const name = record.name || (of > 1 ? `Diagnosis ${number}` : 'Diagnosis');
  const [first] = record.verdicts;
  const places = record.verdicts.filter(({ title }) => title === first?.title).map(({ where }) => where);
  const others = record.verdicts.filter(({ title }) => title !== first?.title).map(({ title }) => title);
  const where = places.filter((place) => place !== '').join(', ');
  const said = first
    ? `${first.title}${where ? ` (${where})` : ''}, ${first.sure}${others.length > 0 ? `; and: ${[...new Set(others)].join('; ')}` : ''}`
    : withoutVerdict(record.heads);
  const good = isHealthy(record);
  return `<li class="${good ? 'holds' : 'broken'}"><a href="#diagnosis-${number}">${good ? '✔' : '✘'} ${escapeHTML(name)}</a>: ${escapeHTML(said)}${skillList(record.heads)}</li>`;
}

/** All claims at the head of the page, each leading to the place where it was checked. */
function claimList(claims: Found['claims']): string {
  if (claims.length === 0) return '';
  const held = claims.filter(({ holds }) => holds).length;
  const items = claims.map(({ claim, holds, aside, isPoor }, k) => {
    const beside = aside ? `<small${isPoor ? ' class="poor"' : ''}>${escapeHTML(aside)}</small>` : '';
    return `<li class="${holds ? 'holds' : 'broken'}"><a href="#claim-${k + 1}">${escapeHTML(claim)}</a>${beside}</li>`;
  });
  const open = held < claims.length ? ' open' : '';
  const words = claims.length === 1 ? 'claim holds' : 'claims hold';
  return `<details class="claims${open && ' failed'}"${open}><summary>${held} of ${claims.length} ${words}</summary><ol>${items.join('\n')}</ol></details>`;
}

function howMade({ command, parameters, versions, date, duration }: Made): string {
  const list = (values: Readonly<Record<string, unknown>>) =>
    Object.entries(values).map(
      ([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    );
  const facts = [
    `<code>${escapeHTML(command)}</code>`,
    ...[...list(parameters), ...list(versions), date, duration].map((fact) => `<span>${escapeHTML(fact)}</span>`),
  ];
  return `<p class="made" aria-label="how to make it again">${facts.join(' · ')}</p>`;
}
