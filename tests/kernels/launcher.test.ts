import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { KernelClient } from './client';

const LAUNCHER = path.join(__dirname, '..', '..', 'kernels', 'launcher.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-launcher-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** An installation whose kernel says where it is and what it was given. */
function install(root: string, isSetUp = true): void {
  const files = {
    'dist/kernel/main.js': 'exports.startKernel = (file) => console.log(__dirname, file);',
    ...(isSetUp && { 'node_modules/tslab/package.json': '{}' }),
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    fs.writeFileSync(path.join(root, name), text);
  }
}

/** What the kernel that is started in a folder says. A file that is no connection makes this installation's own end at once. */
function startedIn(cwd: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, 'connection.json'], { cwd, encoding: 'utf8' });
  return stdout + stderr;
}

test('the kernel is that of the library which the notebook lies beside, packed or cloned', () => {
  const project = path.join(folder, 'project');
  const deep = path.join(project, 'notebooks', 'deep');
  fs.mkdirSync(deep, { recursive: true });
  install(path.join(project, 'node_modules', 'reluctant', 'lib'));
  const packed = fs.realpathSync(path.join(project, 'node_modules', 'reluctant', 'lib', 'dist', 'kernel'));
  assert.equal(startedIn(deep).trim(), `${packed} connection.json`);
  const nearer = path.join(project, 'notebooks', 'node_modules', 'reluctant');
  install(nearer);
  assert.equal(startedIn(deep).trim(), `${fs.realpathSync(path.join(nearer, 'dist', 'kernel'))} connection.json`);
});

test('one that is not set up, and a folder without one, leave it to this installation', () => {
  const other = path.join(folder, 'other');
  fs.mkdirSync(other, { recursive: true });
  const alone = startedIn(other);
  assert.match(alone, /connection\.json/);
  install(path.join(other, 'node_modules', 'reluctant'), false);
  assert.equal(startedIn(other).split('\n')[0], alone.split('\n')[0]);
});

test('a kernel ends with the Jupyter that it belongs to, however many processes lie between', async () => {
  const jupyter = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const kernel = await KernelClient.start(undefined, { JPY_PARENT_PID: String(jupyter.pid) });
  const gone = once(kernel.process, 'exit');
  jupyter.kill('SIGKILL');
  await gone;
  await kernel.stop();
});
