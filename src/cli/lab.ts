import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { ENVIRONMENT, INSTALLATION, PYTHON } from './places';

/**
 * JupyterLab on a folder, on this machine only, behind a token, with the kernel of this installation chosen. It ends when JupyterLab does.
 *
 * @param folder that it opens on
 * @param given options of `jupyter lab`, which take the place of those chosen here
 * @returns its exit code
 */
export function openLab(folder: string, given: readonly string[]): Promise<number> {
  const jupyter = path.join(INSTALLATION, '.jupyter');
  const usual = [
    '--ServerApp.ip=127.0.0.1',
    '--ServerApp.allow_remote_access=False',
    `--ServerApp.root_dir=${path.resolve(folder)}`,
    '--MultiKernelManager.default_kernel_name=reluctant',
    '--LabApp.news_url=None', // no request leaves this machine
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ...(hasScreen() ? [] : ['--no-browser']),
    ...(process.getuid?.() === 0 ? ['--allow-root'] : []),
  ];
  // JupyterLab refuses an option that is given twice.
  const said = new Set(given.flatMap((word) => nameOf(word)));
  const options = usual.filter((word) => !nameOf(word).some((name) => said.has(name)));
  keepQuiet(path.join(jupyter, 'settings'));
  console.log('JupyterLab starts. Open the address with the token below; Ctrl-C twice ends it.');
  const lab = spawn(PYTHON, ['-m', 'jupyterlab', ...options, ...given], {
    env: {
      ...process.env,
      PATH: `${path.dirname(PYTHON)}${path.delimiter}${process.env['PATH']}`,
      VIRTUAL_ENV: ENVIRONMENT,
      JUPYTER_CONFIG_DIR: path.join(jupyter, 'config'), // the user's own settings neither help nor harm
      JUPYTER_DATA_DIR: path.join(jupyter, 'data'),
      JUPYTERLAB_SETTINGS_DIR: path.join(jupyter, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: path.join(jupyter, 'workspaces'),
    },
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {}); // the terminal sends it to JupyterLab too, which asks whether it is meant
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => lab.kill(signal));
  process.on('exit', () => lab.kill());
  return new Promise((resolve) => {
    lab.on('error', (error) => {
      console.error(`JupyterLab could not be started: ${error.message}`);
      resolve(1);
    });
    lab.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Names by which JupyterLab knows the folder it opens on; --notebook-dir is the old word for --ServerApp.root_dir. */
const SAME: Readonly<Record<string, string>> = {
  '--notebook-dir': '--ServerApp.root_dir',
  '--ip': '--ServerApp.ip',
  '--allow-root': '--ServerApp.allow_root',
};

/** The name of an option, without its value. */
function nameOf(word: string): string[] {
  const [name] = /^--[\w.-]+/.exec(word) ?? [];
  return name === undefined ? [] : [SAME[name] ?? name];
}

/** Answers, the first time, that JupyterLab need not ask whether to fetch news. */
function keepQuiet(settings: string): void {
  const folder = path.join(settings, '@jupyterlab', 'apputils-extension');
  const file = path.join(folder, 'notification.jupyterlab-settings');
  if (fs.existsSync(file)) return;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ fetchNews: 'false', checkForUpdates: false }, null, 2));
}

/** Whether a browser can open here; without one JupyterLab only prints its address. */
function hasScreen(): boolean {
  if (process.env['CI'] || process.env['SSH_CONNECTION']) return false;
  return process.platform === 'darwin' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}
