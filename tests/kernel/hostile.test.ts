import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { KernelClient } from '../kernels/client';
import { hostileCells, VALUES } from './hostile';

/** An answer of a cell may take this long, and so may a restart, in milliseconds. */
const PATIENCE = 20_000;

/** What the cell after a hostile one says: the sum, or an honest word about the death of the process before. */
async function sumAfter(kernel: KernelClient, code: string): Promise<{ died: boolean; result: string | undefined }> {
  const { reply, stderr } = await kernel.run(code, { stop_on_error: false }, PATIENCE);
  assert.match(String(reply['status']), /^(ok|error)$/);
  if (reply['status'] === 'error') {
    assert.ok(Array.isArray(reply['traceback']) && typeof reply['evalue'] === 'string', 'an error is told in words');
  }
  const died = reply['ename'] === 'KernelDied' || /KernelDied/.test(stderr);
  return { died, result: (await kernel.run('1 + 1', {}, PATIENCE)).result };
}

describe('after each of two hundred hostile cells the kernel answers', () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start();
  });
  after(() => kernel.stop());

  test('there are two hundred', () => assert.ok(hostileCells().length >= 200, String(hostileCells().length)));
  for (const { name, code } of hostileCells()) {
    test(name, async () => {
      try {
        const { died, result } = await sumAfter(kernel, code);
        assert.equal(result, '2');
        assert.ok(!died || name.startsWith('frozen'), 'the process did not have to end');
      } catch (error) {
        // The others are told by themselves.
        await kernel.stop();
        kernel = await KernelClient.start();
        throw error;
      }
    });
  }
});

describe('whatever hostile values are put together', () => {
  let kernel: KernelClient;
  before(async () => {
    kernel = await KernelClient.start();
  });
  after(() => kernel.stop());

  test('the next cell runs', { timeout: 120_000 }, async () => {
    const leaf = fc.constantFrom(...Object.values(VALUES), '1', '"text"', 'null', 'undefined');
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        tie('value').map((inner) => `[${inner}]`),
        tie('value').map((inner) => `({ inner: ${inner} })`),
        tie('value').map((inner) => `new Error("outer", { cause: ${inner} })`),
        tie('value').map((inner) => `Object.assign(new Error("own"), { own: ${inner} })`),
        fc.tuple(tie('value'), tie('value')).map(([a, b]) => `new AggregateError([${a}, ${b}])`),
        tie('value').map((inner) => `new Map<any, any>([[1, ${inner}]])`),
        tie('value').map((inner) => `({ get a(): any { throw ${inner} } })`),
      ),
    }));
    const use = fc.constantFrom(
      (code: string) => `(${code}) as any`,
      (code: string) => `throw (${code}) as any`,
      (code: string) => `console.error((${code}) as any)`,
      (code: string) => `void Promise.reject((${code}) as any)`,
      (code: string) => `await Promise.reject((${code}) as any)`,
      (code: string) => `import { display } from "reluctant"; display((${code}) as any)`,
    );
    await fc.assert(
      fc.asyncProperty(value, use, async (code, make) => {
        assert.equal((await sumAfter(kernel, make(code))).result, '2');
      }),
      { seed: 21, numRuns: 60 },
    );
  });
});

test('a value whose inspection never ends can be interrupted', async () => {
  const kernel = await KernelClient.start();
  try {
    const endless = '({ [Symbol.for("nodejs.util.inspect.custom")]() { for (;;) {} } })';
    for (const code of [endless, `throw Object.defineProperty(new Error(), "message", { get() { for (;;) {} } })`]) {
      const { reply } = await kernel.runAndInterrupt(`console.log("begun"); ${code}`, 300);
      assert.equal(reply['ename'], 'Interrupted');
      assert.equal((await kernel.run('1 + 1', {}, PATIENCE)).result, '2');
    }
  } finally {
    await kernel.stop();
  }
});

describe('where the process cannot live, the cell says why, and a new one answers', () => {
  const ends: Record<string, [code: string, reason: RegExp]> = {
    'killed from outside': ['require("child_process").execSync("kill -9 $PPID")', /killed from outside \(SIGKILL\)/],
    'a fault in native code': [
      'require("child_process").execSync("kill -SEGV $PPID")',
      /fault in native code \(SIGSEGV\)/,
    ],
    'memory at its end': [
      'const held: unknown[] = []; for (;;) held.push(Array.from({ length: 1000 }, Math.random))',
      /memory for JavaScript values is full/,
    ],
    'a built-in changed for good': [
      'Object.defineProperty(Array.prototype, "push", { value: null, configurable: false, writable: false }); 1',
      /changed Array\.prototype\.push for good/,
    ],
  };
  for (const [name, [code, reason]] of Object.entries(ends)) {
    test(name, { timeout: 90_000 }, async () => {
      const kernel = await KernelClient.start(undefined, { NODE_OPTIONS: '--max-old-space-size=300' });
      try {
        const cell = await kernel.run(code, { stop_on_error: false }, 60_000);
        let said = `${cell.reply['evalue']}`;
        if (cell.reply['status'] === 'ok')
          said = `${(await kernel.run('0', { stop_on_error: false })).reply['evalue']}`;
        const started = performance.now();
        assert.match(said, reason);
        assert.match(said, /variables of earlier cells are gone/);
        assert.equal((await kernel.run('1 + 1', {}, PATIENCE)).result, '2');
        assert.ok(performance.now() - started < PATIENCE);
      } finally {
        await kernel.stop();
      }
    });
  }
});
