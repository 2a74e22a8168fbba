import { test } from 'node:test';
import { checkBadInputs } from './badInputs';

test('load gives the right data or an error that names the file, for 10,000 generated bad inputs', async (context) => {
  const outcomes = await checkBadInputs(10_000, 2);
  for (const [outcome, count] of [...outcomes].sort()) context.diagnostic(`${String(count).padStart(5)}  ${outcome}`);
});
