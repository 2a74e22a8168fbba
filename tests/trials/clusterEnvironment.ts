import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';

export const ROOT = path.join(__dirname, '..', '..');

function called(command: string, args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
}

/** The Python of clusters, installed as a user installs it. */
export function clusterEnvironment(): string {
  const asked = process.env['RELUCTANT_CLUSTER_PYTHON'];
  if (asked) return asked;
  called(process.execPath, ['setup/setup.js', '--cluster']);
  return (require('../../setup/places.js') as { clusterPython: string }).clusterPython;
}

/** A Python with the programs of others that tests open things with: MLflow, TensorBoard, W&B, moto. Kept between calls. */
export function peersEnvironment(): string {
  const lock = path.join(ROOT, 'tests', 'cluster.lock');
  const digest = createHash('sha256').update(fs.readFileSync(lock)).digest('hex').slice(0, 12);
  const place = path.join(os.tmpdir(), `reluctant-peers-${digest}`);
  const python = path.join(place, 'bin', 'python');
  if (fs.existsSync(path.join(place, 'done'))) return python;
  fs.rmSync(place, { recursive: true, force: true });
  called('python3', ['-m', 'venv', place]);
  called(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--require-hashes', '-r', lock]);
  fs.writeFileSync(path.join(place, 'done'), '');
  return python;
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  return port;
}
