'use strict';
// npm run lab [-- OPTIONS of jupyter lab]: JupyterLab on the notebooks, on this machine only, behind a token.
require('../setup/nodeVersion');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { bin, python, root, venv } = require('../setup/places');
const { command } = require('../setup/sequence');

command({}, (args) => {
  const notebooks = path.join(root, 'notebooks');
  const jupyter = path.join(root, '.jupyter');
  const options = [
    '--ServerApp.ip=127.0.0.1',
    '--ServerApp.allow_remote_access=False',
    `--ServerApp.root_dir=${fs.existsSync(notebooks) ? notebooks : root}`,
    '--MultiKernelManager.default_kernel_name=reluctant',
    '--LabApp.news_url=None', // no request leaves this machine
    '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate',
    ...(hasScreen() ? [] : ['--no-browser']),
    ...(process.getuid && process.getuid() === 0 ? ['--allow-root'] : []),
  ];
  const env = Object.assign({}, process.env, {
    PATH: `${bin}${path.delimiter}${process.env['PATH']}`,
    VIRTUAL_ENV: venv,
    JUPYTER_CONFIG_DIR: path.join(jupyter, 'config'), // the user's own settings neither help nor harm
    JUPYTER_DATA_DIR: path.join(jupyter, 'data'),
    JUPYTERLAB_SETTINGS_DIR: path.join(jupyter, 'settings'),
    JUPYTERLAB_WORKSPACES_DIR: path.join(jupyter, 'workspaces'),
  });
  keepQuiet(path.join(jupyter, 'settings'));
  console.log('JupyterLab starts. Open the address with the token below; Ctrl-C twice ends it.');
  const lab = spawn(python, ['-m', 'jupyterlab'].concat(options, args), { cwd: root, env, stdio: 'inherit' });
  const forward = (/** @type {NodeJS.Signals} */ signal) => lab.kill(signal);
  process.on('SIGINT', () => {}); // the terminal sends it to JupyterLab too, which asks whether it is meant
  for (const signal of /** @type {NodeJS.Signals[]} */ (['SIGTERM', 'SIGHUP'])) process.on(signal, forward);
  process.on('exit', () => lab.kill());
  return new Promise((resolve) => {
    lab.on('error', (error) => {
      console.error(`JupyterLab could not be started: ${error.message}`);
      resolve(1);
    });
    lab.on('exit', (code) => resolve(code === null ? 1 : code));
  });
});

/** Answers, the first time, that JupyterLab need not ask whether to fetch news. @param {string} settings */
function keepQuiet(settings) {
  const folder = path.join(settings, '@jupyterlab', 'apputils-extension');
  const file = path.join(folder, 'notification.jupyterlab-settings');
  if (fs.existsSync(file)) return;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, JSON.stringify({ fetchNews: 'false', checkForUpdates: false }, null, 2));
}

/** Whether a browser can open here; without one JupyterLab only prints its address. */
function hasScreen() {
  if (process.env['CI'] || process.env['SSH_CONNECTION']) return false;
  return process.platform === 'darwin' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}
