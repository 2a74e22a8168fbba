'use strict';
const fs = require('node:fs');
const { root } = require('./places');

/** A set-up failure whose message is complete: what went wrong and what to do. Printed without a stack. */
class SetupFailure extends Error {
  /**
   * @param {string} problem one sentence
   * @param {{fix?: string, log?: string}} [more] what to do about it; the log file with the details
   */
  constructor(problem, { fix, log } = {}) {
    super(problem);
    this.name = 'SetupFailure';
    this.fix = fix;
    this.log = log;
  }
}

const DISK_FULL = {
  pattern: /ENOSPC|No space left on device|EDQUOT|disk quota exceeded/i,
  problem: 'the disk is full',
  fix: 'free some space and run the same command again; it goes on where it stopped',
};

/** Causes that have one well-known remedy, by what the tools and the operating system say. */
const KNOWN_CAUSES = [
  DISK_FULL,
  {
    pattern: /EROFS|Read-only file system/i,
    problem: `${root} is on a read-only file system`,
    fix: 'copy the project to a folder that you can write to, and run the command there',
  },
  {
    pattern:
      /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|EHOSTUNREACH|Temporary failure in name resolution|NewConnectionError|Failed to establish a new connection|ConnectTimeout|Read timed out|ProxyError|ERR_SOCKET_TIMEOUT|from versions: none/i,
    problem: 'the package index cannot be reached',
    fix: 'check the network and the proxy settings of npm and pip ("npm config list", "pip config list"), then run the same command again',
  },
  {
    pattern: /CERT_|self.signed certificate|CERTIFICATE_VERIFY_FAILED/i,
    problem: 'the package index shows a certificate that is not trusted',
    fix: 'tell npm and pip about your certificate authority (NODE_EXTRA_CA_CERTS, PIP_CERT), then run the same command again',
  },
  {
    pattern: /DO NOT MATCH THE HASHES|EINTEGRITY/i,
    problem: 'a downloaded package is not the one that the lock file names',
    fix: 'clear the caches ("npm cache clean --force", "pip cache purge") and run the same command again',
  },
  {
    pattern: /EACCES|EPERM|Permission denied|Operation not permitted/i,
    problem: 'a file or folder is not writable',
    fix: `make sure that ${root} belongs to you, then run the same command again`,
  },
  {
    pattern: /MemoryError|Cannot allocate memory|ENOMEM|heap out of memory|cc1plus.*Killed/i,
    problem: 'the memory is full',
    fix: 'close other programs (set-up needs about 2 GB) and run the same command again',
  },
];

/** The known cause that `text` speaks of, if any. @param {string} text */
const knownCause = (text) => KNOWN_CAUSES.find(({ pattern }) => pattern.test(text));

/** Free bytes without which no tool can be trusted to have written what it was to write. */
const LEAST_FREE = 1 << 20;

/**
 * A full disk, by what a tool has said or by the disk itself. Not all tools fail on one: npm warns of files it could not
 * write and ends well, others say nothing of the cause.
 * @param {string} text
 */
function fullDisk(text) {
  const { bavail, bsize } = fs.statfsSync(root);
  return DISK_FULL.pattern.test(text) || bavail * bsize < LEAST_FREE ? DISK_FULL : undefined;
}

/** Any error as a failure a newcomer can act on. @param {unknown} error @returns {SetupFailure} */
function asFailure(error) {
  if (error instanceof SetupFailure) return error;
  const { code, message, path, stack } = /** @type {NodeJS.ErrnoException} */ (error);
  const cause = code && knownCause(code);
  if (cause) return new SetupFailure(`${cause.problem} (${path ?? message})`, { fix: cause.fix });
  return new SetupFailure(`an error that set-up does not know\n${stack ?? error}`, {
    fix: 'run the same command again; if that does not help, please report this message',
  });
}

module.exports = { asFailure, fullDisk, knownCause, SetupFailure };
