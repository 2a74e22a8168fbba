'use strict';
// Runs one command in a process group of its own and ends the whole group when set-up ends, however it ends: standard
// input is a pipe that set-up holds open, and the operating system closes it even after kill -9.
const { spawn } = require('node:child_process');
const { constants } = require('node:os');

const [command = '', ...args] = process.argv.slice(2);
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
process.on('SIGINT', () => {}); // meant for the command, which gets it too; the leash stays until it has ended
process.stdin.on('close', () => process.kill(-process.pid, 'SIGKILL'));
process.stdin.resume();
child.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
