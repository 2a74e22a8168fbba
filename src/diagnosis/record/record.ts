import type { z as Zod } from 'zod';
import { lazy, z } from '../../core';

/** The MIME type under which a diagnosis stands in an executed notebook, for pages that draw it. */
export const DIAGNOSIS_MIME = 'application/vnd.reluctant.diagnosis+json';
/** The same for what came of a change. */
export const CONFIRMATION_MIME = 'application/vnd.reluctant.confirmation+json';

const shapes = lazy(() => {
  const text = z.string().max(2000);
  // JSON has no NaN: what is not known is null.
  const value = z.number().nullable();
  const measurement = z.object({
    quantity: text,
    value,
    unit: text,
    threshold: value.optional(),
    epoch: z.number().optional(),
  });
  const own = z.object({
    title: text,
    where: text,
    sure: text,
    says: text,
    evidence: z.array(measurement).max(100),
    mend: z.object({ says: text, before: text.optional(), after: text.optional() }),
    wrongIf: text,
  });
  const head = z.object({
    head: text,
    skill: value,
    validationSkill: value,
    reachable: value,
    validationReachable: value,
    harmed: z.boolean(),
  });
  const confirmation = z.object({
    title: text,
    where: text,
    change: text,
    outcome: text,
    confirmed: z.boolean(),
    heads: z.array(z.object({ head: text, before: value, after: value })).max(200),
  });
  const diagnosis = z.object({
    name: text,
    verdicts: z.array(own.extend({ explains: z.array(own).max(100) })).max(100),
    notes: z.array(z.object({ cause: text, where: text, says: text })).max(100),
    heads: z.array(head).max(200),
    // Of a change that was tried.
    proof: confirmation.optional(),
  });
  return { own, diagnosis, confirmation };
});

/** A verdict as plain data, without what it explains. */
export type VerdictRecord = Zod.infer<typeof shapes.own>;
/** A diagnosis as plain data: all that a page says of it. */
export type DiagnosisRecord = Zod.infer<typeof shapes.diagnosis>;
/** What came of a change, as plain data. */
export type ConfirmationRecord = Zod.infer<typeof shapes.confirmation>;

/** A diagnosis out of the outputs of a notebook, which may be anybody's; undefined for what is none. */
export const diagnosisRecord = (json: unknown): DiagnosisRecord | undefined => shapes.diagnosis.safeParse(json).data;

/** What came of a change, out of the outputs of a notebook. */
export const confirmationRecord = (json: unknown): ConfirmationRecord | undefined =>
  shapes.confirmation.safeParse(json).data;

/** A number as JSON keeps it. */
export const known = (value: number): number | null => (Number.isFinite(value) ? value : null);
