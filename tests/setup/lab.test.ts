import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import * as path from 'node:path';
import { test } from 'node:test';

const ROOT = path.resolve(__dirname, '..', '..');

test('npm run lab serves the notebooks on this machine only, behind a token, with the kernel chosen', async () => {
  const lab = spawn(process.execPath, ['bin/lab.js', '--ServerApp.port=0'], {
    cwd: ROOT,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const ended = new Promise<number | null>((resolve) => lab.on('close', resolve));
  try {
    const address = await new Promise<URL>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        text += chunk;
        const found = text.match(/http:\/\/127\.0\.0\.1:\d+\/lab\?token=\w+/);
        if (found) resolve(new URL(found[0]));
      };
      lab.stdout.on('data', read);
      lab.stderr.on('data', read);
      setTimeout(() => reject(new Error(`JupyterLab said no address in 60 s:\n${text}`)), 60_000).unref();
      ended.then(() => reject(new Error(`JupyterLab ended:\n${text}`)));
    });
    const token = address.searchParams.get('token')!;
    assert.ok(token.length >= 40);

    const ask = (place: string, headers: Record<string, string> = {}) => fetch(new URL(place, address), { headers });
    assert.equal((await ask('/api/contents')).status, 403, 'without the token nothing is told');
    const authorization = { Authorization: `token ${token}` };
    const kernels = (await (await ask('/api/kernelspecs', authorization)).json()) as {
      default: string;
      kernelspecs: Record<string, unknown>;
    };
    assert.equal(kernels.default, 'reluctant');
    assert.ok('reluctant' in kernels.kernelspecs);
    const settings = '/lab/api/settings/@jupyterlab/apputils-extension:notification';
    const { raw } = (await (await ask(settings, authorization)).json()) as { raw: string };
    assert.match(raw, /"fetchNews": *"false"/, 'nobody is asked about news');
    const other = await fetch(new URL('/api/contents', address), {
      headers: { ...authorization, Host: 'evil.example' },
    });
    assert.ok(other.status === 403 || other.status === 200); // fetch may not set Host
  } finally {
    lab.kill('SIGTERM');
    await ended;
  }
});
