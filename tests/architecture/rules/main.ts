// Part of `npm run check`: the rules that look over all of src/. Prints what breaks them, and ends with 1 if anything does.
import * as path from 'node:path';
import { complaints, RULES, type RuleName } from './rules';

const root = path.resolve(process.argv[2] ?? path.join(__dirname, '..', '..', '..'));
let broken = 0;
for (const rule of Object.keys(RULES) as RuleName[])
  for (const text of complaints(rule, root)) {
    console.error(`${rule}: ${text}`);
    broken += 1;
  }
process.exitCode = broken > 0 ? 1 : 0;
