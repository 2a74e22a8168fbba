// JupyterLab with this project's kernel, in a headless browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../browser';

const ROOT = path.join(__dirname, '..', '..');
/** Pictures of what the tests have seen; CI keeps this folder. */
const ARTEFACTS = process.env['TEST_ARTEFACTS'] ?? path.join(os.tmpdir(), 'reluctant-artefacts');
const PYTHON = path.join(ROOT, '.venv', 'bin', 'python');

/** A JupyterLab of its own folder, settings and token, which ends with {@link close}. */
export class JupyterLab {
  private constructor(
    private readonly server: ChildProcess,
    private readonly browser: Browser,
    private readonly address: string,
    private readonly token: string,
    readonly folder: string,
    /** What the server has printed, for messages of failed tests. */
    readonly log: string[],
  ) {}

  /** @param given a Python of another environment, and the variables of whoever starts it; default: this project's, and settings of its own. */
  static async start(given: { python?: string; env?: NodeJS.ProcessEnv } = {}): Promise<JupyterLab> {
    const python = given.python ?? PYTHON;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-'));
    const notebooks = path.join(folder, 'notebooks');
    fs.mkdirSync(notebooks);
    // Cells find the library as they do in the project: by its name, from the folder above.
    fs.mkdirSync(path.join(folder, 'node_modules'));
    fs.symlinkSync(ROOT, path.join(folder, 'node_modules', 'reluctant'), 'dir');
    const notification = path.join(folder, 'settings', '@jupyterlab', 'apputils-extension');
    fs.mkdirSync(notification, { recursive: true });
    const quiet = JSON.stringify({ fetchNews: 'false', checkForUpdates: false });
    fs.writeFileSync(path.join(notification, 'notification.jupyterlab-settings'), quiet);
    const port = await freePort();
    const token = randomBytes(16).toString('hex');
    const env = {
      ...(given.env ?? { ...process.env, JUPYTER_DATA_DIR: path.join(folder, 'data') }),
      PATH: `${path.dirname(python)}${path.delimiter}${process.env['PATH']}`,
      JUPYTER_CONFIG_DIR: path.join(folder, 'config'),
      JUPYTER_RUNTIME_DIR: path.join(folder, 'runtime'),
      JUPYTERLAB_SETTINGS_DIR: path.join(folder, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: path.join(folder, 'workspaces'),
    };
    const options = [
      '--ServerApp.ip=127.0.0.1',
      `--ServerApp.port=${port}`,
      '--ServerApp.port_retries=0',
      `--IdentityProvider.token=${token}`,
      `--ServerApp.root_dir=${notebooks}`,
      '--LabApp.news_url=None',
      '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
      '--no-browser',
      ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
    ];
    const server = spawn(python, ['-m', 'jupyterlab', ...options], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const log: string[] = [];
    for (const stream of [server.stdout, server.stderr]) stream?.on('data', (text) => log.push(String(text)));
    const address = `http://127.0.0.1:${port}`;
    try {
      await waitFor(async () => (await fetch(`${address}/api?token=${token}`)).ok, 60_000);
      return new JupyterLab(server, await openBrowser(), address, token, notebooks, log);
    } catch (error) {
      server.kill('SIGKILL');
      throw new Error(`JupyterLab did not start: ${error}\n${log.join('')}`);
    }
  }

  /** Opens a notebook of these cells and waits until its kernel is there. */
  async open(name: string, cells: readonly string[]): Promise<Page> {
    const notebook = {
      cells: cells.map((source, k) => ({
        cell_type: 'code',
        id: `cell-${k}`,
        source,
        metadata: {},
        outputs: [],
        execution_count: null,
      })),
      metadata: { kernelspec: { name: 'reluctant', display_name: 'TypeScript (reluctant)', language: 'typescript' } },
      nbformat: 4,
      nbformat_minor: 5,
    };
    fs.writeFileSync(path.join(this.folder, name), JSON.stringify(notebook));
    const page = await this.browser.newPage({ viewport: { width: 1280, height: 1100 } });
    page.setDefaultTimeout(60_000);
    await page.goto(`${this.address}/doc/tree/${name}?token=${this.token}`);
    await page.waitForSelector('.jp-NotebookPanel .jp-CodeCell');
    await page.waitForFunction(() =>
      /\(reluctant\) \| Idle/.test(
        document.querySelector('.jp-StatusBar-Widget, #jp-main-statusbar')?.textContent ?? '',
      ),
    );
    return page;
  }

  /** Keeps a picture of the page among the artefacts of the tests. */
  async screenshot(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: path.join(ARTEFACTS, `${name}.png`) });
  }

  /** The text of a file beside the notebooks. */
  read(name: string): string {
    return fs.readFileSync(path.join(this.folder, name), 'utf8');
  }

  async close(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((resolve) => this.server.once('exit', resolve));
    this.server.kill('SIGTERM');
    const patience = setTimeout(() => this.server.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
    fs.rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}

/** Runs all cells through the menu and waits until the last one has its number. */
export async function runAll(page: Page): Promise<void> {
  await page.click('.lm-MenuBar-itemLabel:text-is("Run")');
  await page.click('.lm-Menu-itemLabel:text-is("Run All Cells")');
  await page.waitForFunction(() => {
    const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].map(
      (node) => node.textContent ?? '',
    );
    return prompts.length > 0 && prompts.every((text) => /\[\d+\]/.test(text));
  });
}

/** A port that nobody listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as net.AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Waits until `condition` holds; a condition that fails is asked again. */
export async function waitFor(condition: () => Promise<boolean> | boolean, timeout = 20_000): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    const holds = await Promise.resolve()
      .then(condition)
      .catch(() => false);
    if (holds) return;
    if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
