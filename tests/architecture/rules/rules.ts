import { arrows, circles } from './arrows';
import { EXCEPTIONS, type Exceptions } from './exceptions';
import { doubleNames } from './names';
import { unseenReads } from './reads';
import { longFiles, longFunctions } from './sizes';

/** One breach of a rule. */
export interface Complaint {
  /** What it concerns, as the list of exceptions names it. */
  subject: string;
  text: string;
}

/** The rules that look over all of src/; each is given the folder of the repository. */
export const RULES = {
  circles,
  arrows,
  functions: longFunctions,
  files: longFiles,
  names: doubleNames,
  reads: unseenReads,
};

export type RuleName = keyof typeof RULES;

/** What a rule complains of, without the exceptions, and the exceptions that are not needed any more. */
export function complaints(rule: RuleName, root: string, exceptions: Exceptions = EXCEPTIONS): string[] {
  const breaches = RULES[rule](root);
  const allowed = exceptions[rule];
  const subjects = new Set(breaches.map(({ subject }) => subject));
  return [
    ...breaches.filter(({ subject }) => !Object.hasOwn(allowed, subject)).map(({ text }) => text),
    ...Object.keys(allowed)
      .filter((subject) => !subjects.has(subject))
      .map((subject) => `the exception for ${subject} is not needed any more: take it out of exceptions.ts`),
  ];
}
