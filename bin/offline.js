'use strict';
// Programs without a network, loopback aside: a namespace of the kernel's on Linux, a sandbox on macOS. Nothing is installed for it.
const { spawnSync } = require('node:child_process');

/** Loopback goes up, then the program is what runs. "ip" or "ifconfig", whichever there is. */
const RAISE = '{ ip link set lo up || ifconfig lo up; } 2>/dev/null && exec "$@"';

/** Everything but this machine itself, and names are asked of nobody. */
const SANDBOX = `(version 1)(allow default)(deny network*)
(allow network* (local ip "localhost:*"))(allow network* (remote ip "localhost:*"))(allow network* (remote unix-socket))
(deny network-outbound (literal "/private/var/run/mDNSResponder"))`;

/**
 * A command line that runs another one without a network, tried out.
 * @param {string[]} line @returns {string[] | undefined} nothing where this machine has no way
 */
function withoutNetwork(line) {
  return ways()
    .find((way) => isSealed(way))
    ?.concat(line);
}

/** @returns {string[][]} */
function ways() {
  if (process.platform === 'darwin') return [['sandbox-exec', '-p', SANDBOX]];
  if (process.platform !== 'linux') return [];
  const raise = ['sh', '-c', RAISE, 'sh'];
  const [uid, gid] = [process.getuid?.(), process.getgid?.()];
  if (uid === 0) return [['unshare', '--net', ...raise]];
  // Only a namespace's root may raise loopback; within it, the program is who it was.
  const back = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
  return [['unshare', '--user', '--map-root-user', '--net', ...raise, ...back]];
}

/** Loopback answers there, and an address elsewhere is out of reach at once. */
const PROBE = `const net = require('node:net');
const server = net.createServer().listen(0, '127.0.0.1', () => {
  net.connect(server.address().port, '127.0.0.1', () => {
    const away = net.connect(53, '192.0.2.1', () => process.exit(2));
    away.on('error', ({ code }) => process.exit(/UNREACH|EPERM|EACCES/.test(code) ? 0 : 3));
    setTimeout(() => process.exit(4), 5000);
  });
});`;

/** @param {string[]} way */
function isSealed([command, ...args]) {
  return spawnSync(command, [...args, process.execPath, '-e', PROBE], { stdio: 'ignore' }).status === 0;
}

module.exports = { withoutNetwork };
