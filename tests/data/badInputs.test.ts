import { test } from 'node:test';
import { checkBadInputs } from './badInputs';

test('load gives the right data or an error that names the file, for 200 generated bad inputs', async () => {
  await checkBadInputs(200);
});
