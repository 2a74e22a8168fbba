// npm run test:lab: the kernel in a JupyterLab that is none of ours, in a Python environment of its own, as VS Code starts it, and in an
// environment as conda makes them. RELUCTANT_FOREIGN_PYTHON names a Python that has JupyterLab, plotly, ipywidgets and anywidget;
// without it one is made by pip.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { JupyterLab, waitFor } from '../notebook/jupyterLab';
import { KernelClient } from './client';

const ROOT = path.join(__dirname, '..', '..');
const PROGRAM = path.join(ROOT, 'bin', 'reluctant.js');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'reluctant-foreign-'));
const home = path.join(folder, 'home');
/** A user of this machine who has set nothing for Jupyter, and stands in no environment. */
const { VIRTUAL_ENV: _, CONDA_PREFIX: __, XDG_DATA_HOME: ___, ...rest } = process.env;
const env = { ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('JUPYTER'))), HOME: home };
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: string[], more: NodeJS.ProcessEnv = {}) =>
  execFileSync(command, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

function foreignPython(): string {
  const named = process.env['RELUCTANT_FOREIGN_PYTHON'];
  if (named) return named;
  const place = path.join(folder, 'venv');
  run(process.env['PYTHON'] ?? 'python3', ['-m', 'venv', place]);
  const python = path.join(place, 'bin', 'python');
  run(python, ['-m', 'pip', 'install', '-q', 'jupyterlab', 'plotly', 'ipywidgets', 'anywidget']);
  return python;
}

const CELLS = [
  `import * as rl from 'reluctant';
let kept = 41; process.cwd()`,
  `new rl.Figure([{ type: 'scatter', name: 'line', x: [1, 2, 3], y: [1, 4, 9] }], { title: { text: 'squares' }, height: 300 })`,
  `const { button, label, hbox } = rl.widgets;
const said = label('nothing yet');
const press = button({ label: 'Press', onClick: () => { said.value = 'pressed'; } });
hbox([press, said])`,
  `console.log('begun'); for (;;) kept++`,
  'kept > 41',
];

describe('the kernel in a JupyterLab that is none of ours', { timeout: 900_000 }, () => {
  let python: string;
  let lab: JupyterLab;
  let page: Page;
  const cell = (k: number) => page.locator('.jp-CodeCell').nth(k);
  const text = async (k: number) => (await cell(k).locator('.jp-OutputArea-output').allInnerTexts()).join('').trim();
  const runCell = async (k: number) => {
    await cell(k).locator('.cm-content').click();
    await page.keyboard.press('Shift+Enter');
  };
  const choose = async (entry: string) => {
    await page.click('.lm-MenuBar-itemLabel:text-is("Kernel")');
    await page.click(`.lm-Menu-itemLabel:text-is("${entry}")`);
  };

  before(async () => {
    fs.mkdirSync(home);
    python = foreignPython();
    run(process.execPath, [PROGRAM, 'kernel', 'install', '--user']);
    lab = await JupyterLab.start({ python, env });
    page = await lab.open('foreign.ipynb', CELLS);
  });
  after(() => lab?.close());

  test('Jupyter there lists it', () => {
    const { kernelspecs } = JSON.parse(run(python, ['-m', 'jupyter', 'kernelspec', 'list', '--json'])) as {
      kernelspecs: Record<string, { resource_dir: string }>;
    };
    assert.equal(
      kernelspecs['reluctant']!.resource_dir,
      path.join(home, '.local', 'share', 'jupyter', 'kernels', 'reluctant'),
    );
  });

  test('cells run in the folder of the notebook, a figure is drawn, and a widget answers', async () => {
    await runCell(0);
    await waitFor(async () => (await text(0)).includes(lab.folder), 60_000);
    await runCell(1);
    await page.waitForSelector('.js-plotly-plot .gtitle');
    assert.equal(await page.locator('.js-plotly-plot .gtitle').textContent(), 'squares');
    await runCell(2);
    await page.locator('.jupyter-button', { hasText: 'Press' }).click();
    await page.locator('.widget-label', { hasText: 'pressed' }).waitFor();
    await lab.screenshot(page, 'foreign-lab');
  });

  test('an endless loop is interrupted and its variables are kept; a restart forgets them', async () => {
    await runCell(3);
    await waitFor(async () => (await text(3)).includes('begun'), 60_000);
    await choose('Interrupt Kernel');
    await waitFor(async () => (await text(3)).includes('Interrupted'), 60_000);
    await runCell(4);
    await waitFor(async () => (await text(4)).includes('true'), 60_000);
    await choose('Restart Kernel…');
    await page.click('.jp-Dialog-button.jp-mod-accept');
    await waitFor(
      async () => !/Busy|Restarting/.test((await page.locator('#jp-main-statusbar').textContent()) ?? ''),
      60_000,
    );
    await runCell(4);
    await waitFor(async () => (await text(4)).includes("Cannot find name 'kept'"), 60_000);
  });

  test('VS Code starts it by its kernelspec alone, in the folder of the workspace', async () => {
    const spec = path.join(home, '.local', 'share', 'jupyter', 'kernels', 'reluctant', 'kernel.json');
    const { argv, interrupt_mode } = JSON.parse(fs.readFileSync(spec, 'utf8')) as {
      argv: string[];
      interrupt_mode: string;
    };
    assert.equal(interrupt_mode, 'message');
    const workspace = path.join(folder, 'a workspace');
    fs.mkdirSync(workspace);
    const kernel = await KernelClient.start(workspace, { HOME: home }, argv);
    try {
      const said = await kernel.run("import * as rl from 'reluctant';\n[process.cwd(), rl.formatNumber(2)]");
      assert.match(said.result!, /a workspace', '2'/);
    } finally {
      await kernel.stop();
    }
  });

  test('an environment as conda makes them has it alone, and takes it from there', () => {
    const prefix = path.dirname(path.dirname(python));
    const spec = path.join(prefix, 'share', 'jupyter', 'kernels', 'reluctant');
    const other = { HOME: folder, CONDA_PREFIX: prefix, CONDA_DEFAULT_ENV: 'research' };
    try {
      assert.match(run(process.execPath, [PROGRAM, 'kernel', 'install', '--sys-prefix'], other), /is installed in/);
      assert.match(run(python, ['-m', 'jupyter', 'kernelspec', 'list'], other), new RegExp(`reluctant +${spec}`));
      const code = [
        '-c',
        "from jupyter_client import run_kernel\nwith run_kernel(kernel_name='reluctant') as c:\n c.execute_interactive('1 + 1')",
      ];
      assert.match(run(python, code, other), /2/);
    } finally {
      run(process.execPath, [PROGRAM, 'kernel', 'uninstall', '--sys-prefix'], other);
    }
    assert.ok(!fs.existsSync(spec));
  });
});
