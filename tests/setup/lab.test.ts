import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { waitFor } from '../notebook/jupyterLab';

const ROOT = path.resolve(__dirname, '..', '..');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-lab-'));
fs.writeFileSync(path.join(folder, 'mine.txt'), 'mine');
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** A JupyterLab that a command has started, once it has said its address. */
async function withLab(args: string[], cwd: string, use: (address: URL) => Promise<void>): Promise<void> {
  const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
  const lab: ChildProcess = spawn(process.execPath, args, { cwd, env: { ...process.env, CI: 'true' }, stdio });
  let text = '';
  const ended = new Promise<number | null>((resolve) => lab.on('close', resolve));
  try {
    const address = await new Promise<URL>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        text += chunk;
        const found = text.match(/http:\/\/127\.0\.0\.1:\d+\/lab\?token=\w+/);
        if (found) resolve(new URL(found[0]));
      };
      lab.stdout!.on('data', read);
      lab.stderr!.on('data', read);
      setTimeout(() => reject(new Error(`JupyterLab said no address in 60 s:\n${text}`)), 60_000).unref();
      ended.then(() => reject(new Error(`JupyterLab ended:\n${text}`)));
    });
    // The address is said a moment before the port is listened on.
    await waitFor(async () => (await fetch(new URL('/api', address))).ok, 30_000);
    await use(address);
  } finally {
    lab.kill('SIGTERM');
    await ended;
  }
}

const asker = (address: URL) => {
  const authorization = { Authorization: `token ${address.searchParams.get('token')}` };
  return async (place: string): Promise<unknown> =>
    (await fetch(new URL(place, address), { headers: authorization })).json();
};

test('npm run lab serves the notebooks on this machine only, behind a token, with the kernel chosen', async () => {
  await withLab(['bin/lab.js', '--ServerApp.port=0'], ROOT, async (address) => {
    const token = address.searchParams.get('token')!;
    assert.ok(token.length >= 40);
    assert.equal((await fetch(new URL('/api/contents', address))).status, 403, 'without the token nothing is told');
    const ask = asker(address);
    const kernels = (await ask('/api/kernelspecs')) as { default: string; kernelspecs: Record<string, unknown> };
    assert.equal(kernels.default, 'reluctant');
    assert.ok('reluctant' in kernels.kernelspecs);
    const settings = '/lab/api/settings/@jupyterlab/apputils-extension:notification';
    const { raw } = (await ask(settings)) as { raw: string };
    assert.match(raw, /"fetchNews": *"false"/, 'nobody is asked about news');
    const names = ((await ask('/api/contents')) as { content: { name: string }[] }).content.map(({ name }) => name);
    assert.ok(names.includes('01-dead-relu.ipynb'));
  });
});

for (const [name, args, cwd] of [
  [
    'npm run lab -- --ServerApp.root_dir=FOLDER',
    [path.join(ROOT, 'bin', 'lab.js'), `--ServerApp.root_dir=${folder}`],
    ROOT,
  ],
  ['reluctant lab', [path.join(ROOT, 'bin', 'reluctant.js'), 'lab', '--'], folder],
  ['reluctant lab FOLDER -- OPTIONS', [path.join(ROOT, 'bin', 'reluctant.js'), 'lab', folder, '--'], ROOT],
] as const)
  test(`${name} opens on the user's own folder`, async () => {
    await withLab([...args, '--ServerApp.port=0'], cwd, async (address) => {
      const { content } = (await asker(address)('/api/contents')) as { content: { name: string }[] };
      assert.deepEqual(
        content.map((one) => one.name),
        ['mine.txt'],
      );
    });
  });
