import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { after, describe, test } from 'node:test';
import { Clone, canMount, type Outcome } from './clone';

function stopsWith(outcome: Outcome, problem: RegExp, fix: RegExp): void {
  assert.equal(outcome.status, 1, outcome.out);
  assert.equal(outcome.errors.match(/Set-up stopped:/g)?.length, 1, outcome.errors);
  assert.match(outcome.errors, problem);
  assert.match(outcome.errors, fix);
  assert.doesNotMatch(outcome.errors, /^\s+at /m);
}

/** What the tools themselves print, seen with npm 10, pip 24 and GCC 12. */
const SAID: { mode: string; what: string; problem: RegExp; fix: RegExp }[] = [
  {
    mode: 'npm:npm error code ECONNREFUSED',
    what: 'no network for npm',
    problem: /the package index cannot be reached/,
    fix: /check the network and the proxy/,
  },
  {
    mode: 'pip:WARNING: Retrying after connection broken by NewConnectionError: Failed to establish a new connection',
    what: 'no network for pip',
    problem: /the package index cannot be reached/,
    fix: /check the network and the proxy/,
  },
  {
    mode: 'npm:npm error code ENOSPC',
    what: 'a full disk for npm',
    problem: /the disk is full/,
    fix: /free some space/,
  },
  {
    mode: 'npm~npm warn tar TAR_ENTRY_ERROR ENOSPC: no space left on device, write',
    what: 'a full disk that npm only warns of, leaving empty files',
    problem: /the disk is full/,
    fix: /free some space/,
  },
  {
    mode: 'pip:ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
    what: 'a full disk for pip',
    problem: /the disk is full/,
    fix: /free some space/,
  },
  {
    mode: 'compiler:fatal error: error writing to x.s: No space left on device',
    what: 'a full disk for the compiler',
    problem: /the disk is full/,
    fix: /free some space/,
  },
  {
    mode: 'pip:ERROR: Could not find a version that satisfies the requirement anyio==4.16.0 (from versions: none)',
    what: 'no network for a pip that does not retry',
    problem: /the package index cannot be reached/,
    fix: /check the network and the proxy/,
  },
  {
    mode: 'pip:ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE',
    what: 'a package that is not the locked one',
    problem: /not the one that the lock file names/,
    fix: /pip cache purge/,
  },
  {
    mode: 'pip:ssl.SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED',
    what: 'a certificate that is not trusted',
    problem: /certificate that is not trusted/,
    fix: /PIP_CERT/,
  },
  {
    mode: 'tsc:src/index.ts(1,1): error TS1005',
    what: 'a source file that does not compile',
    problem: /tsc.* failed \(exit code 1\)\n\s+src\/index\.ts\(1,1\): error TS1005/,
    fix: /Details: .*library\.log/,
  },
];

describe('a failure half-way ends with one message, and the next run repairs it', () => {
  for (const { mode, what, problem, fix } of SAID)
    test(what, async () => {
      const clone = new Clone();
      stopsWith(await clone.setUp(['--tests'], { MODE: mode }), problem, fix);
      const next = await clone.setUp(['--tests']);
      assert.equal(next.status, 0, next.errors);
      clone.dispose();
    });

  test('an add-on that compiles but does not work is not taken for done', async () => {
    const clone = new Clone();
    clone.install('c++', 'for a in "$@"; do case "$last" in -o) out=$a;; esac; last=$a; done; echo wrong > "$out"');
    stopsWith(
      await clone.setUp(),
      /probe\.js" failed \(exit code 1\)\n {4}the add-on is damaged/,
      /Details: .*probe\.log/,
    );
    clone.install('c++');
    assert.equal((await clone.setUp()).status, 0);
    clone.dispose();
  });

  test('npm that is not installed is named', async () => {
    const clone = new Clone();
    clone.uninstall('npm');
    stopsWith(await clone.setUp(), /"npm ci .*could not be started/, /Details/);
    clone.dispose();
  });
});

describe('a folder that cannot be written', () => {
  const root = process.getuid?.() === 0;
  // Root may write everywhere: there, set-up is started as the user "nobody".
  const nobody = root ? 65534 : undefined;

  test('is named', async () => {
    const clone = new Clone();
    fs.chmodSync(clone.folder, 0o555);
    const outcome = await clone.setUp([], {}, { uid: nobody });
    stopsWith(outcome, /a file or folder is not writable \(.*project/, /belongs to you/);
    fs.chmodSync(clone.folder, 0o755);
    assert.equal((await clone.setUp()).status, 0);
    clone.dispose();
  });
});

describe('a real file system', () => {
  const skip = canMount() ? false : 'needs root and a mount namespace';

  test('that is read-only is named', { skip }, async () => {
    const clone = new Clone();
    after(() => clone.dispose());
    const outcome = inNamespace(
      clone,
      `mount --bind "${clone.folder}" "${clone.folder}" && mount -o remount,ro,bind "${clone.folder}"`,
    );
    stopsWith(outcome, /is on a read-only file system/, /copy the project/);
  });

  test('with too little room is named before anything is fetched', { skip }, () => {
    const clone = new Clone();
    after(() => clone.dispose());
    const outcome = inNamespace(clone, onSmallDisk(clone, 2));
    stopsWith(outcome, /the disk is full: 0\.0 GB are free .* needs 3\.2 GB/, /free some space/);
    assert.equal(outcome.out, '');
  });

  test('that fills up half-way is named, and the next run repairs it', { skip }, async () => {
    const clone = new Clone();
    after(() => clone.dispose());
    await clone.setUp();
    clone.write('src/index.ts', 'export const edited = 1;\n');
    const { folder } = clone;
    clone.install(
      'tsc',
      `test -e "${folder}.kept/tsc" && exec /bin/sh "${folder}.kept/tsc" "$@"; dd if=/dev/zero of=large bs=65536`,
    );
    const outcome = inNamespace(
      clone,
      onSmallDisk(clone, 130),
      `rm large; echo '${Clone.tool('tsc')}' > "${folder}.kept/tsc"`,
    );
    stopsWith(outcome, /the disk is full/, /free some space/);
    const [status, text] = outcome.second!;
    assert.equal(status, 0, text);
    assert.match(text, /the library … \(the last attempt was interrupted\)/);
  });
});

/** Puts the clone on a disk of its own, of some megabytes. */
const onSmallDisk = ({ folder }: Clone, megabytes: number) =>
  `cp -a "${folder}" "${folder}.kept" && mount -t tmpfs -o size=${megabytes}m none "${folder}" && cp -a "${folder}.kept/." "${folder}"`;

/** Runs set-up after `prepare` with mounts that nobody else sees and that end with it; and once more after `repair`. */
function inNamespace(clone: Clone, prepare: string, repair = 'false'): Outcome & { second?: [number, string] } {
  const node = `PATH="${clone.tools}" HOME="${clone.folder}" CLONE="${clone.folder}" "${process.execPath}" setup/setup.js`;
  const second = `${clone.folder}.second`;
  const script = `${prepare} && cd "${clone.folder}" || exit 99
    ${node}; first=$?
    { ${repair}; } || exit $first
    ${node} > "${second}" 2>&1; echo "$?" >> "${second}"; exit $first`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8' });
  const lines = fs.existsSync(second) ? fs.readFileSync(second, 'utf8').trim().split('\n') : [];
  const outcome = { status, signal: null, out: stdout, errors: stderr, performed: [], seconds: 0 };
  return lines.length ? { ...outcome, second: [Number(lines.pop()), lines.join('\n')] } : outcome;
}
