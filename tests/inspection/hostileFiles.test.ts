// Model files that reach for what is not theirs, or ask for more than they have: nothing else is read, and each ends in one error.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { ReluctantError } from '../../src/core';
import * as inspect from '../../src/inspection';

const { python } = require('../../setup/places.js') as { python: string };
/** A number that stands in the file that nobody names. */
const SECRET = 1234.5;
const SECONDS = 10;

const SCRIPT = `
import h5py, numpy as np, os, sys, zipfile, json, struct
os.chdir(sys.argv[1])
secret = np.full(64, ${SECRET}, 'f4')
secret.tofile('secret.bin')
with h5py.File('secret.h5', 'w') as f: f['d'] = secret; f['g/d'] = secret
here = os.getcwd()
def make(name, fill):
    for kind, at in (('plain', '{}'), ('keras2', 'model_weights/dense/{}'), ('keras3', 'layers/dense/vars/{}')):
        with h5py.File(f'{name}-{kind}.h5', 'w') as f:
            f['fine'] = np.arange(3, dtype='f4')
            fill(f, at)
        with zipfile.ZipFile(f'{name}-{kind}.keras', 'w') as z:
            z.write(f'{name}-{kind}.h5', 'model.weights.h5')
            z.writestr('config.json', '{}'); z.writestr('metadata.json', '{}')
for place in ('secret.bin', os.path.join(here, 'secret.bin'), '../' + os.path.basename(here) + '/secret.bin', '/dev/zero', 'fifo'):
    word = place.strip('./').replace('/', '_')[-12:]
    def external(f, at, place=place):
        f.create_dataset(at.format(0), shape=(64,), dtype='f4', external=[(place, 0, 256)])
    make('external-' + word, external)
for place in ('secret.h5', os.path.join(here, 'secret.h5'), 'absent.h5', 'fifo'):
    for inner in ('/d', '/g', '/absent'):
        def link(f, at, place=place, inner=inner): f[at.format(0)] = h5py.ExternalLink(place, inner)
        make('link-' + place.strip('/').replace('/', '_')[-12:] + inner.replace('/', '-'), link)
for place in ('secret.h5', '.', 'absent.h5'):
    def virtual(f, at, place=place):
        layout = h5py.VirtualLayout(shape=(64,), dtype='f4')
        layout[:] = h5py.VirtualSource(place, 'd' if place != '.' else 'fine', shape=(64,) if place != '.' else (3,)) if place != '.' else 0
        f.create_virtual_dataset(at.format(0), layout)
    if place != '.': make('virtual-' + place.strip('.').replace('/', '_'), virtual)
def loops(f, at):
    f['a/b'] = h5py.SoftLink('/a'); f['a/c'] = f['a']; f['s'] = h5py.SoftLink('/s')
make('loops', loops)
def many(f, at):
    f.create_dataset('zeros', data=np.zeros(1_000_000, 'f4'), compression='gzip')
    for k in range(500): f[at.format(k)] = f['zeros']
make('hard-links', many)
def claims(f, at): f.create_dataset(at.format(0), shape=(1 << 40,), dtype='f4', chunks=(1024,))
make('claims', claims)
def deep(f, at):
    g = f
    for k in range(300): g = g.create_group('g')
make('deep', deep)
def names(f, at):
    for k in range(25_000): f.create_group(f'g{k}')
make('names', names)
whole = open('loops-plain.h5', 'rb').read()
for k in range(20): open(f'cut-{k}.h5', 'wb').write(whole[: max(9, len(whole) * k // 20)])
def tensors(name, header, data=b''):
    text = json.dumps(header).encode(); open(name, 'wb').write(struct.pack('<Q', len(text)) + text + data)
one = {'dtype': 'F32', 'shape': [16], 'data_offsets': [0, 64]}
tensors('overlap.safetensors', {f't{k}': one for k in range(20000)}, bytes(64))
tensors('beyond.safetensors', {'t': {'dtype': 'F32', 'shape': [1 << 40], 'data_offsets': [0, 4 << 40]}}, bytes(64))
tensors('negative.safetensors', {'t': {'dtype': 'F32', 'shape': [-16], 'data_offsets': [64, 0]}}, bytes(64))
tensors('proto.safetensors', {'__proto__': one, 'constructor': one}, bytes(64))
open('header.safetensors', 'wb').write(struct.pack('<Q', 99_000_000) + b'{' + b' ' * 100)
open('deep.safetensors', 'wb').write(struct.pack('<Q', 200_005) + b'{"a":' + b'[' * 100_000 + b']' * 100_000)
for shape in ('(1099511627776,)', '(4294967296, 4294967296)', '(-1,)', '(3,', "(3,), 'x': __import__('os').system('touch ran')"):
    head = ("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }" % shape).encode().ljust(117) + b'\\n'
    with zipfile.ZipFile('shape-%d.npz' % (hash(shape) % 1000), 'w') as z: z.writestr('a.npy', b'\\x93NUMPY\\x01\\x00' + struct.pack('<H', len(head)) + head + bytes(12))
np.savez('objects.npz', a=np.array([print], dtype=object), allow_pickle=True)
with zipfile.ZipFile('bomb.npz', 'w', zipfile.ZIP_DEFLATED) as z: z.writestr('a.npy', bytes(600_000_000))
with zipfile.ZipFile('entries.npz', 'w') as z:
    for k in range(30000): z.writestr(f'{k}.npy', b'')
with zipfile.ZipFile('slip.npz', 'w') as z: z.writestr('../../ran.npy', b'\\x93NUMPY'); z.writestr('/etc/ran.npy', b'x')
np.savez('fortran.npz', a=np.asfortranarray(np.arange(24, dtype='f4').reshape(2, 3, 4)))
os.mkfifo('pipe.h5'); os.symlink('/dev/zero', 'zero.h5'); os.symlink('absent', 'dangling.h5'); os.symlink('loop.h5', 'loop.h5')
`;

let folder: string;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-models-'));
  execFileSync('mkfifo', [path.join(folder, 'fifo')]);
  execFileSync(python, ['-c', SCRIPT, folder], { stdio: 'pipe' });
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

test('no model file reads another file, runs something, hangs, or ends in an error that is not ours', {
  timeout: 300_000,
}, async () => {
  const files = fs
    .readdirSync(folder)
    .filter((name) => /\.(h5|keras|npz|safetensors)$/.test(name) && name !== 'secret.h5');
  assert.ok(files.length > 140, `${files.length} files`);
  let refused = 0;
  for (const name of files) {
    const started = process.cpuUsage();
    try {
      for (const tensor of await inspect.tensors(path.join(folder, name))) {
        assert.ok(!tensor.values().includes(SECRET), `${name} reads another file`);
      }
    } catch (error) {
      if (!(error instanceof ReluctantError)) throw error;
      assert.match(error.message, /file |folder /, `${name}: ${error.message}`);
      refused += 1;
    }
    const { user, system } = process.cpuUsage(started);
    assert.ok(user + system < SECONDS * 1e6, `${name} took ${(user + system) / 1e6} s of a processor`);
  }
  assert.ok(refused > 100, `${refused} refused`);
  assert.equal(fs.existsSync(path.join(folder, 'ran')), false);
});

test('what lies in another file, and what is too deep or too much, is said so', async () => {
  const refuse = (name: string, pattern: RegExp) => assert.rejects(inspect.tensors(path.join(folder, name)), pattern);
  await refuse('external-secret.bin-plain.h5', /dataset 0.*never followed/);
  await refuse('link-secret.h5-d-plain.h5', /a link into another file.*dataset 0/);
  await refuse('virtual-secret.h5-plain.h5', /virtual.*dataset 0/);
  await refuse('deep-plain.h5', /nested deeper.*at most 32 levels; received 33/);
  await refuse('names-plain.h5', /more groups and data sets.*at most 20000; received 2500\d/);
  await refuse('pipe.h5', /a pipe, a socket or a device/);
});

test('arrays of NumPy in the order of Fortran are read as those of C', async () => {
  const [array] = await inspect.tensors(path.join(folder, 'fortran.npz'));
  assert.deepEqual(
    [...array!.values()],
    Array.from({ length: 24 }, (_, k) => k),
  );
});
