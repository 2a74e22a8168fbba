import { ReluctantError } from '../core';
import { CAUSES } from './causes';
import type { Cause } from './causes/cause';
import { RULES } from './rules';
import type { Rule, Thresholds } from './rules/rule';

/** Rules and causes beyond those of the library, for one call. */
export interface OwnRules {
  /** What else is to be watched; ids must be new. */
  rules?: readonly Rule[];
  /**
   * What else symptoms may mean; ids must be new. A cause says by `tier` and severity where it stands among the others, and by
   * `probability` how often it is right, where that was measured.
   */
  causes?: readonly Cause[];
}

/** All rules and causes of one call, those of the library first. @throws ReluctantError `rule-not-usable`, `rule-twice`. */
export function allRules({ rules = [], causes = [] }: OwnRules): { rules: readonly Rule[]; causes: readonly Cause[] } {
  checkEach('rules', rules, ['id', 'watches', 'thresholds', 'evaluate'], RULES);
  checkEach('causes', causes, ['id', 'title', 'tier', 'needs', 'find'], CAUSES);
  for (const { id, evaluate, thresholds } of rules) {
    if (typeof evaluate !== 'function') throw notUsable('rules', id, 'evaluate is no function');
    const wrong = Object.entries(thresholds).find(([, one]) => !Number.isFinite(one?.value));
    if (wrong) throw notUsable('rules', id, `the threshold "${wrong[0]}" has no value`);
  }
  for (const { id, find } of causes)
    if (typeof find !== 'function') throw notUsable('causes', id, 'find is no function');
  return { rules: [...RULES, ...rules], causes: [...CAUSES, ...causes] };
}

function checkEach(
  what: string,
  given: readonly { id: string }[],
  fields: readonly string[],
  known: readonly { id: string }[],
): void {
  if (!Array.isArray(given)) throw notUsable(what, '', `${what} are no list`);
  const ids = new Set(known.map(({ id }) => id));
  for (const one of given as readonly { id: string }[]) {
    const missing = fields.filter((field) => (one as unknown as Record<string, unknown> | null)?.[field] === undefined);
    if (missing.length > 0) throw notUsable(what, one?.id ?? '', `it has no ${missing.join(', ')}`);
    if (ids.has(one.id)) {
      throw new ReluctantError({
        code: 'rule-twice',
        operation: 'diagnose',
        problem: 'an id is taken',
        where: { in: what },
        received: one.id,
        expected: 'an id that none of the library’s and no other has',
      });
    }
    ids.add(one.id);
  }
}

const notUsable = (what: string, id: string, problem: string) =>
  new ReluctantError({
    code: 'rule-not-usable',
    operation: 'diagnose',
    problem: `what was given is not one of ${what}: ${problem}`,
    where: { in: what, ...(id && { id }) },
    expected:
      what === 'rules'
        ? '{ id, watches, thresholds: { name: { value, source } }, evaluate(evidence, thresholds) }'
        : '{ id, title, tier: 1 to 6, needs, find(seen, evidence) }',
  });

/**
 * Throws for thresholds of rules that are not there, by names they do not have, or that are no numbers.
 *
 * @throws ReluctantError `unknown-choice`, `threshold-not-a-number`.
 */
export function checkThresholds(thresholds: Thresholds, rules: readonly Rule[]): void {
  for (const [id, own] of Object.entries(thresholds)) {
    const rule = rules.find((one) => one.id === id);
    const unknown = rule ? Object.keys(own).find((name) => !(name in rule.thresholds)) : id;
    if (unknown !== undefined) {
      throw new ReluctantError({
        code: 'unknown-choice',
        operation: 'diagnose',
        problem: rule ? 'the rule has no such threshold' : 'there is no such rule',
        where: { rule: id },
        received: unknown,
        expected: (rule ? Object.keys(rule.thresholds) : rules.map((one) => one.id)).join(', '),
      });
    }
    for (const [name, value] of Object.entries(own)) {
      if (typeof value === 'number' && !Number.isNaN(value)) continue;
      throw new ReluctantError({
        code: 'threshold-not-a-number',
        operation: 'diagnose',
        problem: 'a threshold is no number',
        where: { rule: id, threshold: name },
        received: value,
        expected: `a number; the default is ${rule!.thresholds[name]!.value} (${rule!.thresholds[name]!.source})`,
      });
    }
  }
}
