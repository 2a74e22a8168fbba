import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Json } from '../../src/kernel/message';
import { attack } from './attack';
import { KernelClient } from './client';

let kernel: KernelClient;
before(async () => {
  kernel = await KernelClient.start();
});
after(() => kernel.stop());

describe('execute', () => {
  test('a value comes as execute_result with the count of its cell', async () => {
    const { outputs, reply } = await kernel.run('const n = 6; n * 7');
    assert.equal(reply['status'], 'ok');
    const [{ type, content }] = outputs as [{ type: string; content: Json }];
    assert.equal(type, 'execute_result');
    assert.deepEqual(content['data'], { 'text/plain': '42' });
    assert.equal(content['execution_count'], reply['execution_count']);
  });

  test('an error comes as error, in lines of the TypeScript of the cell', async () => {
    const { outputs, reply } = await kernel.run(
      'interface Big { a: number }\n\nfunction fails(x: Big): never {\n  throw new RangeError("too " + x.a);\n}\nfails({ a: 1 })',
    );
    assert.equal(reply['status'], 'error');
    assert.equal(reply['ename'], 'RangeError');
    assert.equal(reply['evalue'], 'too 1');
    const error = outputs.find(({ type }) => type === 'error')!.content;
    const count = reply['execution_count'];
    const trace = (error['traceback'] as string[]).join('\n');
    assert.match(trace, new RegExp(`at fails \\(cell ${count}:4:9\\)`));
    assert.match(trace, new RegExp(`at cell ${count}:6:1`));
    assert.match(trace, /> 4 \| {3}throw new RangeError/);
    assert.doesNotMatch(trace, /dist.kernel|node:/);
  });

  test('causes, thrown plain values and unhandled rejections are told', async () => {
    const caused = await kernel.run('throw new Error("outer", { cause: new TypeError("inner") })');
    assert.match((caused.reply['traceback'] as string[]).join('\n'), /Caused by: TypeError: inner/);
    const thrown = await kernel.run('throw { a: 1 }');
    assert.equal(thrown.reply['evalue'], '{ a: 1 }');
    const left = await kernel.run('Promise.reject(new Error("left alone")); 1');
    assert.equal(left.reply['status'], 'error');
    assert.equal(left.reply['evalue'], 'left alone');
  });

  test('cells sent before a failure are aborted, cells sent after it run', async () => {
    // Long enough for the others to have arrived when it fails.
    const code = 'await new Promise((resolve) => setTimeout(resolve, 300)); throw new Error("stop")';
    const first = await kernel.send('execute_request', { code, silent: false });
    const second = await kernel.send('execute_request', { code: '1', silent: false });
    const third = await kernel.send('execute_request', { code: '2', silent: false, stop_on_error: false });
    assert.equal((await kernel.collect(first)).reply['status'], 'error');
    assert.deepEqual((await kernel.collect(second)).reply, { status: 'aborted' });
    assert.equal((await kernel.collect(third)).result, '2');
    assert.equal((await kernel.run('3')).result, '3');
  });

  test('with stop_on_error off the cells behind a failure run', async () => {
    const first = await kernel.send('execute_request', { code: 'throw 1', silent: false, stop_on_error: false });
    const second = await kernel.send('execute_request', { code: '"ran"', silent: false });
    assert.equal((await kernel.collect(first)).reply['status'], 'error');
    assert.equal((await kernel.collect(second)).result, "'ran'");
  });

  test('silent cells say nothing, are not counted and are not remembered', async () => {
    const before = (await kernel.run('1')).reply['execution_count'] as number;
    const silent = await kernel.run('console.log("heard"); var quiet = 5; quiet', { silent: true });
    assert.deepEqual(silent.outputs, []);
    assert.equal(silent.reply['execution_count'], before);
    assert.equal((await kernel.run('quiet')).reply['execution_count'], before + 1);
    const unstored = await kernel.run('"unstored"', { store_history: false });
    assert.equal(unstored.reply['execution_count'], before + 1);
    const history = await kernel.request('history_request', {
      hist_access_type: 'tail',
      n: 2,
      raw: true,
      output: false,
    });
    assert.deepEqual(
      (history['history'] as [number, number, string][]).map(([, , input]) => input),
      ['1', 'quiet'],
    );
  });

  test('user_expressions are evaluated after the cell, failures one by one', async () => {
    const { reply } = await kernel.run('const side = 4', {
      user_expressions: { area: 'side * side', bad: 'side.x.y' },
    });
    const { area, bad } = reply['user_expressions'] as Record<string, Json>;
    assert.deepEqual(area, { status: 'ok', data: { 'text/plain': '16' }, metadata: {} });
    assert.equal(bad!['status'], 'error');
  });

  test('output is shown under the cell that caused it, also when it comes late', async () => {
    const id = await kernel.send('execute_request', {
      code: 'setTimeout(() => console.log("late"), 150); 0',
      silent: false,
    });
    await kernel.finished(id);
    await kernel.run('await new Promise((resolve) => setTimeout(resolve, 300))');
    const late = kernel.published.find(({ content }) => content['text'] === 'late\n')!;
    assert.equal(late.parent.msg_id, id);
  });

  test('output of a busy loop is seen while the loop runs', async () => {
    const id = await kernel.send('execute_request', {
      code: 'const end = Date.now() + 900; console.log("begun"); while (Date.now() < end) { if (Date.now() % 50 === 0) console.log("."); }',
      silent: false,
    });
    await kernel.until(() =>
      kernel.published.some(({ parent, header }) => parent.msg_id === id && header.msg_type === 'stream'),
    );
    const done = kernel.published.some(
      ({ parent, content }) => parent.msg_id === id && content['execution_state'] === 'idle',
    );
    assert.equal(done, false);
    await kernel.finished(id);
  });
});

describe('display', () => {
  test('values show themselves by the bundle that they make', async () => {
    const { outputs } = await kernel.run(
      '({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>3</b>", "image/png": new Uint8Array([1, 2]) }) })',
    );
    const data = outputs[0]!.content['data'] as Json;
    assert.equal(data['text/html'], '<b>3</b>');
    assert.equal(data['image/png'], 'AQI=');
    assert.equal(typeof data['text/plain'], 'string');
  });

  test('display, updateDisplay and clearOutput of the library', async () => {
    const { outputs } = await kernel.run(
      'import * as rl from "reluctant"; const shown = rl.display("one"); shown.update("two"); rl.clearOutput({ wait: true });',
    );
    assert.deepEqual(
      outputs.map(({ type }) => type),
      ['display_data', 'update_display_data', 'clear_output'],
    );
    const ids = outputs.slice(0, 2).map(({ content }) => (content['transient'] as Json)['display_id']);
    assert.equal(ids[0], ids[1]);
  });

  test("tslab's own display functions work as they do there", async () => {
    const { outputs } = await kernel.run('import * as tslab from "tslab"; tslab.display.html("<i>x</i>")');
    assert.deepEqual(outputs[0]!.content['data'], { 'text/html': '<i>x</i>' });
  });

  test('a value that cannot be shown fails its cell, and the kernel lives on', async () => {
    const { reply } = await kernel.run('({ [Symbol.for("Jupyter.display")]() { throw new Error("no picture") } })');
    assert.equal(reply['status'], 'error');
    assert.equal(reply['evalue'], 'no picture');
    assert.equal((await kernel.run('1')).result, '1');
  });
});

describe('requests beside cells', () => {
  test('is_complete knows complete, incomplete and invalid code', async () => {
    const ask = async (code: string) => kernel.request('is_complete_request', { code });
    assert.equal((await ask('const a = 1'))['status'], 'complete');
    assert.deepEqual(await ask('function f() {'), { status: 'incomplete', indent: '  ' });
    assert.equal((await ask('const = 4 4'))['status'], 'invalid');
  });

  test('complete counts characters, not UTF-16 units', async () => {
    const code = '"😀"; Math.sqr';
    const reply = await kernel.request('complete_request', { code, cursor_pos: [...code].length });
    assert.ok((reply['matches'] as string[]).includes('sqrt'));
    assert.equal(reply['cursor_start'], [...'"😀"; Math.'].length);
  });

  test('inspect tells the type and the documentation', async () => {
    await kernel.run('/** Doubles it. */ function twice(x: number): number { return 2 * x }');
    const reply = await kernel.request('inspect_request', { code: 'twice(1)', cursor_pos: 3, detail_level: 0 });
    assert.equal(reply['found'], true);
    assert.match(String((reply['data'] as Json)['text/plain']), /twice\(x: number\): number/);
    assert.equal((await kernel.request('inspect_request', { code: '   ', cursor_pos: 1 }))['found'], false);
  });

  test('kernel_info is answered on both channels', async () => {
    for (const channel of ['shell', 'control'] as const) {
      const reply = await kernel.request('kernel_info_request', {}, channel);
      assert.equal(reply['protocol_version'], '5.4');
      assert.equal((reply['language_info'] as Json)['name'], 'typescript');
    }
  });

  test('input asks the client, and refuses where nobody can answer', async () => {
    kernel.onInput = (prompt) => `${prompt} Ada`;
    const asked = await kernel.run('import { input } from "reluctant"; await input("Name:")');
    assert.equal(asked.result, "'Name: Ada'");
    const refused = await kernel.run('await input("Name:")', { allow_stdin: false });
    assert.equal(refused.reply['status'], 'error');
    assert.match(String(refused.reply['evalue']), /cannot be asked/);
  });

  test('a comm to a target that nobody knows is closed', async () => {
    const answered = await kernel.finished(
      await kernel.send('comm_open', { comm_id: 'x', target_name: 'nobody', data: {} }),
    );
    assert.ok(answered.some(({ header }) => header.msg_type === 'comm_close'));
  });

  test('the heart beats while a cell is busy', async () => {
    const id = await kernel.send('execute_request', {
      code: 'for (const end = Date.now() + 700; Date.now() < end; );',
    });
    await kernel.beat();
    assert.equal(
      kernel.published.some(({ parent, content }) => parent.msg_id === id && content['execution_state'] === 'idle'),
      false,
    );
    await kernel.finished(id);
  });
});

describe('messages that must not be obeyed', () => {
  test('500 malformed, unsigned and wrongly signed messages: none kills the kernel, none is obeyed', async () => {
    await attack(kernel, 500);
    assert.equal((await kernel.run('typeof (globalThis as any).broken')).result, "'undefined'");
  });
});

test('standard input is asked for when somebody waits for a line, once a line, in one cell after the other', async () => {
  const kernel = await KernelClient.start();
  try {
    const asked: string[] = [];
    kernel.onInput = (prompt) => {
      asked.push(prompt);
      return `line ${asked.length}`;
    };
    const question = (name: string) =>
      `{ const { createInterface } = await import('node:readline/promises');
        const lines = createInterface({ input: process.stdin, output: process.stdout });
        (globalThis as any).${name} = await lines.question('?'); lines.close(); } (globalThis as any).${name}`;
    assert.equal((await kernel.run(question('a'))).result, "'line 1'");
    assert.equal((await kernel.run(question('b'))).result, "'line 2'");
    const once = `String(await new Promise((done) => process.stdin.once('data', done)))`;
    assert.equal((await kernel.run(once)).result, "'line 3\\n'");
    assert.equal((await kernel.run(once)).result, "'line 4\\n'");
    // Nobody waits for what this asks for; the next cell asks anew.
    kernel.onInput = () => undefined;
    await kernel.run("process.stdin.on('data', () => {}); 1");
    kernel.onInput = () => 'whole';
    assert.equal((await kernel.run(once)).result, "'whole\\n'");
    assert.equal(asked.length, 4);
  } finally {
    await kernel.stop();
  }
});

test('an answer that names no question is one to the last, not to one that was interrupted', async () => {
  const kernel = await KernelClient.start();
  try {
    kernel.onInput = () => undefined;
    await kernel.runAndInterrupt(`console.log("begun");prompt('one')`);
    kernel.onInput = () => {
      void kernel.stdin.send(kernel.frames('input_reply', { value: 'two' }));
      return undefined;
    };
    assert.equal((await kernel.run("prompt('two')")).result, "'two'");
  } finally {
    await kernel.stop();
  }
});

test('waiting code, and code made of texts, are named by their lines in the cell; proxies are shown', async () => {
  const kernel = await KernelClient.start();
  try {
    const { stdout } = await kernel.run(
      `import { readFile } from 'node:fs/promises';

try {
  await readFile('/nope');
} catch (error) {
  console.log((error as Error).stack);
}
try {
  eval('throw new Error("made")');
} catch (error) {
  console.log((error as Error).stack);
}`,
    );
    assert.match(stdout, /at async cell 1:4:\d+/);
    assert.match(stdout, /eval at <anonymous> \(cell 1:9:\d+\)|cell 1:9:\d+/);
    assert.doesNotMatch(stdout, /reluctant-cell/);
    assert.equal(
      (await kernel.run('const r = Proxy.revocable({}, {}); r.revoke(); r.proxy')).result,
      '<Revoked Proxy>',
    );
    const trapped = await kernel.run("new Proxy({ a: 1 }, { get() { throw new Error('no'); } })");
    assert.equal(trapped.result, '{ a: 1 }');
  } finally {
    await kernel.stop();
  }
});
