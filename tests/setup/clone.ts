// A small stand-in for a fresh clone: the real setup/ folder with stand-ins for npm, Python, the C++ compiler and
// TypeScript on the PATH that make the same files in milliseconds. What the real tools do is proved by *.slow.test.ts.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..');
const ADD_ON = 'node_modules/@tensorflow/tfjs-node-gpu';

/** Each stand-in first does as $MODE says: "TOOL:hang" stays for ever with a child until it is
 * interrupted, "TOOL:stubborn" even then, "TOOL:TEXT" prints TEXT and fails, "TOOL~TEXT" prints TEXT and goes on. */
const OBEY = `
case "$MODE" in
  "$me:hang" | "$me:stubborn")
    mkdir -p half; sleep 300 &
    case "$MODE" in *:hang) trap "kill $!; exit 1" INT;; esac
    echo $$ $! > "$CLONE/hanging.draft"; mv "$CLONE/hanging.draft" "$CLONE/hanging"; wait; exit 1;;
  "$me:"*) echo "\${MODE#*:}" >&2; exit 1;;
  "$me~"*) echo "\${MODE#*~}" >&2;;
esac
echo "$me $*" >> "$CLONE/calls"
`;

const TOOLS: Record<string, string> = {
  npm: `me=npm
rm -rf node_modules; mkdir -p ${ADD_ON}/binding node_modules/typescript/bin node_modules/zod
echo '{}' > node_modules/zod/package.json
cd ${ADD_ON}; echo '{"name":"@tensorflow/tfjs-node-gpu","main":"index.js"}' > package.json
${OBEY}
cat > index.js <<'END'
const made = require('fs').readFileSync(__dirname + '/lib/napi-v8/tfjs_binding.node', 'utf8');
if (made !== 'machine code') throw new Error('the add-on is damaged');
exports.add = (a, b) => ({ dataSync: () => [a[0] + b[0]] });
exports.backend = () => ({ binding: { TF_Version: '2.21.0' } });
END
cat > ../../typescript/bin/tsc <<'END'
process.exitCode = require('child_process').spawnSync('tsc', process.argv.slice(2), { stdio: 'inherit' }).status;
END`,
  tsc: `me=tsc
for a in "$@"; do case "$last" in --outDir) out=$a;; esac; last=$a; done
mkdir -p "$out/kernel/compiler"; echo '//' > "$out/part.js"
echo "exports.packDeclarations = Number" > "$out/kernel/compiler/packing.js"
${OBEY}
echo '//' > "$out/index.js"`,
  'c++': `me=compiler
for a in "$@"; do case "$last" in -o) out=$a;; esac; last=$a; done
test "$out" = /dev/null && exit 0
printf 'machine' > "$out"
${OBEY}
test -e deps/lib/libtensorflow.so -a -e deps/lib/libtensorflow_framework.so.2 -a -e deps/include/tensorflow/c/c_api.h || exit 1
printf 'machine code' > "$out"`,
  python3: `for last in "$@"; do :; done
site="$CLONE/.venv/lib/python3/site-packages"
case "$*" in
  *sys.version_info*) echo "\${PYTHON_VERSION:-3.11}"; exit;;
  *ensurepip*) test -z "$NO_VENV"; exit;;
  *sysconfig*) echo "$site"; exit;;
  "-m venv"*) me=venv; mkdir -p "$3/bin"
${OBEY}
    ln -s "$0" "$3/bin/python"; echo cfg > "$3/pyvenv.cfg"; exit;;
  *tests*.lock) me=pip-tests; mkdir -p "$site/pytest"; echo half > "$site/pytest/core.py"
${OBEY}
    echo whole > "$site/pytest/core.py"; exit;;
  *scratch/papermill) test -e "$last/pyproject.toml"; exit;;
  *"pip install"*) me=pip; mkdir -p "$site/tensorflow/include/tensorflow/c"; echo half > "$site/tensorflow/libtensorflow_cc.so.2"
${OBEY}
    cd "$site/tensorflow"; echo cc > libtensorflow_cc.so.2; echo fw > libtensorflow_framework.so.2
    echo h > include/tensorflow/c/c_api.h; exit;;
esac
exit 1`,
};

/** Whether this process may mount file systems that nobody else sees. */
export const canMount = (): boolean => spawnSync('unshare', ['--mount', 'true']).status === 0;

/** How one run of set-up ended. `performed` are the titles of the steps it carried out. */
export interface Outcome {
  status: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  errors: string;
  performed: string[];
  seconds: number;
}

/** A stand-in clone in a temporary folder of its own. */
export class Clone {
  readonly folder: string;
  /** The only folder on the PATH. */
  readonly tools: string;

  constructor() {
    const top = fs.mkdtempSync(path.join(os.tmpdir(), 'clone-'));
    fs.chmodSync(top, 0o755);
    this.folder = path.join(top, 'project');
    this.tools = path.join(top, 'tools');
    fs.cpSync(path.join(ROOT, 'setup'), path.join(this.folder, 'setup'), { recursive: true });
    for (const [file, text] of Object.entries({
      'package.json': '{"name":"reluctant"}',
      'package-lock.json': '{"packages":{"":{},"node_modules/zod":{}}}',
      'requirements.lock': 'tensorflow-cpu==2.21.0\n',
      'setup/requirements-gpu.lock': 'tensorflow==2.21.0\n',
      'tests/requirements.lock':
        'tensorflow-cpu==2.21.0 ; x \\\n    --hash=sha256:1\npytest==9.2.0 \\\n    --hash=sha256:2\n',
      'tsconfig.json': '{}',
      'src/index.ts': 'export {};\n',
      'kernels/logo-svg.svg': '<svg/>',
      'python/papermill/pyproject.toml': '[project]',
      'python/papermill/build_in_copy.py': '',
      'python/papermill/src/reluctant_papermill/__init__.py': '',
    }))
      this.write(file, text);
    fs.mkdirSync(this.tools);
    for (const name of Object.keys(TOOLS)) this.install(name);
    for (const name of ['cat', 'dd', 'ln', 'mkdir', 'mv', 'rm', 'sleep', 'test'])
      fs.symlinkSync(
        ['/bin', '/usr/bin'].map((bin) => path.join(bin, name)).find(fs.existsSync)!,
        path.join(this.tools, name),
      );
  }

  /** The script of a stand-in. */
  static tool(name: string): string {
    return TOOLS[name]!;
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }
  write(name: string, text: string): void {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }
  read(name: string): string {
    return fs.existsSync(this.path(name)) ? fs.readFileSync(this.path(name), 'utf8') : '';
  }
  remove(name: string): void {
    fs.rmSync(this.path(name), { recursive: true, force: true });
  }
  exists(name: string): boolean {
    return fs.existsSync(this.path(name));
  }

  /** Puts a tool on the PATH, as its stand-in or as the script given. */
  install(name: string, script = TOOLS[name]!): void {
    fs.writeFileSync(path.join(this.tools, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  /** Takes a tool off the PATH. */
  uninstall(name: string): void {
    fs.rmSync(path.join(this.tools, name));
  }
  /** The commands of the stand-ins since the last call, one a line. */
  calls(): string[] {
    const lines = this.read('calls').split('\n').filter(Boolean);
    this.remove('calls');
    return lines;
  }

  /** Starts `node setup/setup.js ARGS`. */
  start(args: string[] = [], env: NodeJS.ProcessEnv = {}, options: { uid?: number; preload?: string } = {}): Started {
    const script = [...(options.preload ? ['--require', options.preload] : []), 'setup/setup.js', ...args];
    const child = spawn(process.execPath, script, {
      cwd: this.folder,
      env: { PATH: this.tools, HOME: this.folder, CLONE: this.folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    return new Started(child);
  }

  /** Runs `node setup/setup.js ARGS` to its end. */
  setUp(
    args: string[] = [],
    env: NodeJS.ProcessEnv = {},
    options: { uid?: number; preload?: string } = {},
  ): Promise<Outcome> {
    return this.start(args, env, options).outcome;
  }

  /** Waits until a stand-in told to hang does so, and gives the processes that it consists of. */
  async hanging(): Promise<number[]> {
    await until(() => this.exists('hanging'));
    const processes = this.read('hanging').trim().split(' ').map(Number);
    this.remove('hanging');
    return processes;
  }

  dispose(): void {
    fs.rmSync(path.dirname(this.folder), { recursive: true, force: true });
  }
}

class Started {
  readonly outcome: Promise<Outcome>;
  constructor(readonly child: ChildProcess) {
    const began = Date.now();
    let out = '';
    let errors = '';
    child.stdout!.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr!.on('data', (chunk) => {
      errors += chunk;
    });
    this.outcome = new Promise((resolve) =>
      child.on('close', (status, signal) => {
        const performed = [...out.matchAll(/^\[\d\/\d\] (.*): done in/gm)].map((match) => match[1]!);
        resolve({ status, signal, out, errors, performed, seconds: (Date.now() - began) / 1000 });
      }),
    );
  }
}

/** Waits for a condition, at most `seconds`. */
export async function until(condition: () => boolean, seconds = 20): Promise<void> {
  const limit = Date.now() + 1000 * seconds;
  while (!condition()) {
    if (Date.now() > limit) throw new Error(`still not so after ${seconds} s: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether a process runs (a zombie does not). */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && process.platform !== 'linux';
  }
}
