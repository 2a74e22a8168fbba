'use strict';
// The native add-on of tfjs-node-gpu, compiled from the C++ sources in its npm package against the TensorFlow of the
// virtual environment. It uses only TensorFlow's stable C interface and Node-API, so one compiler call is the whole build.
const fs = require('node:fs');
const path = require('node:path');
const { addOn, modules, python } = require('../places');
const { run } = require('../run');
const { SetupFailure } = require('../failure');
const stamp = require('../stamp');
const { findCompiler } = require('./prerequisites');

const NAME = 'tensorflow-add-on';
const product = path.join(addOn, 'lib', 'napi-v8', 'tfjs_binding.node');
const key = () =>
  stamp.digest(...stamp.contents('package-lock.json', 'requirements.lock', '.setup/python-packages.stamp'));

module.exports = {
  title: "TensorFlow's add-on for Node",
  isDone: () => stamp.holds(NAME, key()) && fs.existsSync(product),
  /** @param {(line: string) => void} tick */
  async perform(tick) {
    stamp.remove(NAME);
    const compiler = findCompiler();
    const tensorflow = await tensorflowFolder();
    linkTensorFlow(tensorflow);
    fs.mkdirSync(path.dirname(product), { recursive: true });
    const draft = `${product}.${process.pid}`;
    try {
      await run(compiler, compilerArguments(draft), { name: NAME, cwd: addOn, tick });
      fs.renameSync(draft, product);
    } finally {
      fs.rmSync(draft, { force: true });
    }
    await run(process.execPath, [path.join(__dirname, '..', 'probe.js')], { name: `${NAME}-probe`, tick });
    stamp.write(NAME, key());
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
