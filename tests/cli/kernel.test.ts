import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { examine, type Finding } from '../../src/cli/kernel/doctor';
import { kernelspecFolder } from '../../src/cli/kernel/target';
import { Desk, ROOT, reluctant } from './notebooks';

const desk = new Desk();
after(() => desk.remove());

test('kernelspecFolder knows the places of Jupyter', () => {
  const own = path.join(ROOT, '.venv', 'share', 'jupyter', 'kernels', 'reluctant');
  assert.equal(kernelspecFolder({}, {}), own);
  assert.throws(() => kernelspecFolder({ sysPrefix: true }, {}), /no Python environment is active.*--prefix/);
  assert.equal(kernelspecFolder({ sysPrefix: true }, { VIRTUAL_ENV: '/v' }), '/v/share/jupyter/kernels/reluctant');
  assert.equal(kernelspecFolder({ sysPrefix: true }, { CONDA_PREFIX: '/c' }), '/c/share/jupyter/kernels/reluctant');
  assert.equal(kernelspecFolder({ prefix: '/p' }, { VIRTUAL_ENV: '/v' }), '/p/share/jupyter/kernels/reluctant');
  assert.equal(kernelspecFolder({ user: true }, { JUPYTER_DATA_DIR: '/d' }), '/d/kernels/reluctant');
  if (process.platform === 'linux') {
    assert.equal(kernelspecFolder({ user: true }, { XDG_DATA_HOME: '/x' }), '/x/jupyter/kernels/reluctant');
  }
});

test('kernel install and uninstall put the kernelspec where they are told and take only their own away', async () => {
  const prefix = desk.path("a prefix with 'quotes' and spaces");
  const folder = path.join(prefix, 'share', 'jupyter', 'kernels', 'reluctant');
  const install = () => reluctant(['kernel', 'install', '--prefix', prefix]);
  const uninstall = () => reluctant(['kernel', 'uninstall', '--prefix', prefix]);
  assert.equal((await install()).code, 0);
  assert.deepEqual(fs.readdirSync(folder).sort(), ['kernel.json', 'logo-svg.svg']);
  const spec = JSON.parse(fs.readFileSync(path.join(folder, 'kernel.json'), 'utf8')) as { argv: string[] };
  assert.ok(
    spec.argv.every((argument) => argument.startsWith('-') || argument.startsWith('{') || fs.existsSync(argument)),
  );
  assert.equal((await install()).code, 0, 'a second time');
  fs.writeFileSync(path.join(folder, 'kernel.js'), '// of the user');
  assert.equal((await uninstall()).code, 0);
  assert.deepEqual(fs.readdirSync(folder), ['kernel.js']);
  fs.writeFileSync(path.join(folder, 'kernel.json'), '{"argv": ["deno", "jupyter"]}');
  const foreign = await uninstall();
  assert.notEqual(foreign.code, 0);
  assert.match(foreign.errors, /none of this project/);
  fs.rmSync(folder, { recursive: true });
  assert.match((await uninstall()).out, /no kernel/);
  assert.equal((await reluctant(['kernel', 'install', '--user', '--sys-prefix'])).code, 2);
  fs.writeFileSync(desk.path('file'), '');
  const blocked = await reluctant(['kernel', 'install', '--prefix', desk.path('file')]);
  assert.equal(blocked.code, 3);
  assert.match(blocked.errors, /cannot be changed/);
});

test('kernel doctor finds nothing wrong here, and names a stale kernelspec that stands in the way', async () => {
  const data = desk.path('jupyter');
  const folder = path.join(data, 'kernels', 'reluctant');
  const before = process.env['JUPYTER_PATH'];
  const all = async () => {
    const findings: Finding[] = [];
    for await (const finding of examine()) findings.push(finding);
    return findings;
  };
  const wrongOnes = (findings: Finding[]) => findings.filter(({ state }) => state === 'wrong');
  assert.deepEqual(wrongOnes(await all()), []);
  try {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'kernel.json'),
      JSON.stringify({
        argv: [process.execPath, '/gone/kernels/launcher.js', '{connection_file}'],
        language: 'typescript',
        display_name: 'old',
      }),
    );
    process.env['JUPYTER_PATH'] = data;
    const findings = wrongOnes(await all());
    assert.deepEqual(
      findings.map(({ subject }) => subject),
      ['kernelspec', 'kernel'],
    );
    assert.match(findings[0]!.detail, /launcher is gone/);
    for (const { remedy } of findings) assert.ok(remedy);
  } finally {
    if (before === undefined) delete process.env['JUPYTER_PATH'];
    else process.env['JUPYTER_PATH'] = before;
  }
});

test('reluctant --help lists the commands and the exit codes; every command has help', async () => {
  const { code, out } = await reluctant(['--help']);
  assert.equal(code, 0);
  for (const word of ['run', 'parameters', 'kernel', '124']) assert.match(out, new RegExp(`\\b${word}\\b`));
  for (const command of ['run', 'parameters', 'kernel']) {
    const help = await reluctant([command, '--help']);
    assert.equal(help.code, 0);
    assert.match(help.out, /Usage: reluctant/);
  }
});
