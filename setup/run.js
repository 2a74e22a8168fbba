'use strict';
// Runs one command of a set-up step: output goes to a log, the terminal shows that it is alive, and failures are
// translated into a sentence a newcomer can act on.
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root, state } = require('./places');
const { SetupFailure } = require('./failure');

/** Causes that have one well-known remedy, by what the tools print. */
const KNOWN_CAUSES = [
  {
    pattern: /ENOSPC|No space left on device|disk quota exceeded/i,
    problem: 'the disk is full',
    fix: 'free about 5 GB and run the same command again; it goes on where it stopped',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|Temporary failure in name resolution|NewConnectionError|Failed to establish a new connection|ConnectTimeout|Read timed out|ProxyError/i,
    problem: 'the package index cannot be reached',
    fix: 'check the network and the proxy settings of npm and pip ("npm config list", "pip config list"), then run the same command again',
  },
  {
    pattern: /CERT_|self.signed certificate|CERTIFICATE_VERIFY_FAILED/i,
    problem: 'the package index shows a certificate that is not trusted',
    fix: 'tell npm and pip about your certificate authority (NODE_EXTRA_CA_CERTS, PIP_CERT), then run the same command again',
  },
  {
    pattern: /THESE PACKAGES DO NOT MATCH THE HASHES|EINTEGRITY/i,
    problem: 'a downloaded package is not the one that the lock file names',
    fix: 'clear the caches ("npm cache clean --force", "pip cache purge") and run the same command again',
  },
  {
    pattern: /EACCES|Permission denied/i,
    problem: 'a file or folder is not writable',
    fix: `make sure that ${root} belongs to you, then run the same command again`,
  },
];

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{name: string, cwd?: string, env?: NodeJS.ProcessEnv, tick?: (line: string) => void}} options `name` of the log
 * @returns {Promise<string>} everything the command printed
 */
function run(command, args, { name, cwd = root, env = process.env, tick = () => {} }) {
  fs.mkdirSync(path.join(state, 'logs'), { recursive: true });
  const log = path.join(state, 'logs', `${name}.log`);
  const out = fs.createWriteStream(log);
  out.on('error', () => {}); // a full disk must not hide the command's own message
  out.write(`$ ${command} ${args.join(' ')}\n`);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      out.write(chunk);
      text += chunk;
      const last = String(chunk)
        .trim()
        .split(/[\r\n]/)
        .pop();
      if (last) tick(last);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const stop = () => child.kill('SIGTERM');
    process.once('exit', stop);
    child.on('error', (error) =>
      reject(new SetupFailure(`"${command}" could not be started: ${error.message}`, { log })),
    );
    child.on('close', (code, signal) => {
      process.removeListener('exit', stop);
      out.end();
      if (code === 0) return resolve(text);
      const cause = KNOWN_CAUSES.find(({ pattern }) => pattern.test(text));
      const lines = text.trim().split('\n').slice(-6).join('\n    ');
      const problem = cause
        ? cause.problem
        : `"${path.basename(command)} ${args[0] ?? ''}" failed (${signal ?? `exit code ${code}`})\n    ${lines}`;
      reject(new SetupFailure(problem, { fix: cause?.fix, log }));
    });
  });
}

module.exports = { run };
