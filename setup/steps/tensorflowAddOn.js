'use strict';
// The native add-on of tfjs-node-gpu, compiled from the C++ sources in its npm package against the TensorFlow of the
// virtual environment. It uses only TensorFlow's stable C interface and Node-API, so one compiler call is the whole build.
const fs = require('node:fs');
const path = require('node:path');
const { addOn, modules, python, root } = require('../places');
const { run } = require('../run');
const { SetupFailure } = require('../failure');
const stamp = require('../stamp');
const { findCompiler } = require('./prerequisites');

const NAME = 'tensorflow-add-on';
const product = path.join(addOn, 'lib', 'napi-v8', 'tfjs_binding.node');
const key = () => {
  const link = path.join(addOn, 'deps', 'lib', `libtensorflow.${process.platform === 'darwin' ? 'dylib' : 'so'}`);
  const target = fs.existsSync(link) ? `${fs.realpathSync(link)} ${fs.statSync(link).size}` : '';
  const made = fs.existsSync(product) ? fs.readFileSync(product) : '';
  return stamp.digest(...stamp.contents('package-lock.json'), root, target, made);
};

module.exports = {
  title: "TensorFlow's add-on for Node",
  gigabytes: 0.1,
  reason: () => stamp.reason(NAME, key()),
  /** @param {import('../run').Tick} tick */
  async perform(tick) {
    stamp.start(NAME);
    const compiler = findCompiler();
    linkTensorFlow(await tensorflowFolder());
    fs.mkdirSync(path.dirname(product), { recursive: true });
    for (const old of fs.readdirSync(path.dirname(product))) fs.rmSync(path.join(path.dirname(product), old));
    const draft = `${product}.${process.pid}`;
    await run(compiler, compilerArguments(draft), { name: NAME, cwd: addOn, tick });
    fs.renameSync(draft, product);
    await run(process.execPath, [path.join(__dirname, '..', 'probe.js')], { name: `${NAME}-probe`, tick });
    stamp.finish(NAME, key());
  },
};

/** @param {string} output */
function compilerArguments(output) {
  const mac = process.platform === 'darwin';
  return [
    '-O2',
    '-std=c++17',
    '-fPIC',
    '-shared',
    '-DNAPI_VERSION=8',
    '-I..',
    '-Ideps/include',
    `-I${path.join(modules, 'node-api-headers', 'include')}`,
    'binding/tfjs_backend.cc',
    'binding/tfjs_binding.cc',
    '-Ldeps/lib',
    '-ltensorflow',
    '-ltensorflow_framework',
    mac ? '-Wl,-rpath,@loader_path/../../deps/lib' : '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ...(mac ? ['-undefined', 'dynamic_lookup'] : []),
    '-o',
    output,
  ];
}

/** Where the wheel put TensorFlow, asked without importing it (its Python dependencies may be absent). */
async function tensorflowFolder() {
  const text = await run(python, ['-c', 'import sysconfig; print(sysconfig.get_paths()["platlib"])'], {
    name: `${NAME}-where`,
  });
  const folder = path.join(text.trim(), 'tensorflow');
  if (fs.existsSync(path.join(folder, 'include', 'tensorflow', 'c', 'c_api.h'))) return folder;
  throw new SetupFailure('the virtual environment holds no TensorFlow', {
    fix: 'remove the folder .venv and run the same command again',
  });
}

/** deps/ of the package points into the wheel: the names the linker and the loader look for. @param {string} folder */
function linkTensorFlow(folder) {
  const deps = path.join(addOn, 'deps');
  fs.rmSync(deps, { recursive: true, force: true });
  fs.mkdirSync(path.join(deps, 'lib'), { recursive: true });
  fs.symlinkSync(path.join(folder, 'include'), path.join(deps, 'include'));
  const mac = process.platform === 'darwin';
  for (const [name, library] of [
    ['tensorflow', 'tensorflow_cc'],
    ['tensorflow_framework', 'tensorflow_framework'],
  ]) {
    const file = mac ? `lib${library}.2.dylib` : `lib${library}.so.2`;
    const names = [mac ? `lib${name}.dylib` : `lib${name}.so`, file];
    for (const link of names) fs.symlinkSync(path.join(folder, file), path.join(deps, 'lib', link));
  }
}
