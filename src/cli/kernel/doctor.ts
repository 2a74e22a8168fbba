import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { formatDuration } from '../../tables';
import { INSTALLATION, PYTHON } from '../places';
import { inspectJupyter, type JupyterReport, probeKernel } from './jupyter';
import { KERNEL_NAME, type Kernelspec, launcherOf, nodeOf, ownKernelspec } from './kernelspec';

/** What one check found. */
export interface Finding {
  /** `note`: nothing is wrong, but it is worth knowing. */
  state: 'ok' | 'wrong' | 'note';
  /** What was looked at. */
  subject: string;
  /** What was found. */
  detail: string;
  /** What to do about it. */
  remedy?: string;
}

/** Seconds that the kernel may take to start. */
const PATIENCE = 60;

const SETUP = 'run: npm run setup';
const INSTALL = 'run: npx reluctant kernel install';

/** The extensions of JupyterLab that draw what this project shows, and the packages that bring them. */
const EXTENSIONS: Record<string, string> = {
  'jupyterlab-plotly': 'plotly',
  '@jupyter-widgets/jupyterlab-manager': 'ipywidgets',
  anywidget: 'anywidget',
};

/**
 * Looks at everything that the kernel needs, from Node to the front end, and says how to mend what is wrong. A check that
 * cannot be made because an earlier one failed is left out.
 *
 * @returns findings, in order, as they are made
 */
export async function* examine(): AsyncGenerator<Finding> {
  yield node();
  yield* setUp();
  yield await tensorflow();
  let report: JupyterReport;
  try {
    report = await inspectJupyter(KERNEL_NAME);
  } catch (error) {
    yield wrong('Python', `${PYTHON} cannot be run: ${firstLine(error)}`, SETUP);
    return;
  }
  if (report.problem) {
    yield wrong('Python', report.problem, SETUP);
    return;
  }
  yield packages(report);
  yield extensions(report);
  yield papermill(report);
  yield* kernelspecs(report.kernelspecs);
  if (report.kernelspecs.length > 0) yield await starts();
}

const ok = (subject: string, detail: string): Finding => ({ state: 'ok', subject, detail });
const wrong = (subject: string, detail: string, remedy: string): Finding => ({
  state: 'wrong',
  subject,
  detail,
  remedy,
});
const note = (subject: string, detail: string, remedy: string): Finding => ({ state: 'note', subject, detail, remedy });

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}

function node(): Finding {
  // An older one has been refused before this program was loaded (setup/nodeVersion.js).
  return ok('Node', `${process.versions.node} at ${process.execPath}`);
}

/** The steps of set-up know what is undone and what is damaged. */
function* setUp(): Generator<Finding> {
  const setup = (name: string) => require(path.join(INSTALLATION, 'setup', name)) as never;
  if (!fs.existsSync(path.join(INSTALLATION, '.setup'))) return; // an installed package, which has no set-up of its own
  const { readChoices } = setup('choices') as { readChoices(args: string[]): { gpu: boolean } };
  const choices = readChoices([]);
  type Step = { title: string; reason(): string | undefined };
  const steps: Step[] = [
    setup('steps/npmPackages'),
    (setup('steps/pythonPackages') as { runtime(options: { gpu: boolean }): Step }).runtime(choices),
    setup('steps/tensorflowAddOn'),
    setup('steps/library'),
  ];
  for (const { title, reason } of steps) {
    const found = reason();
    yield found ? wrong(`set-up: ${title}`, found, SETUP) : ok(`set-up: ${title}`, 'done');
  }
}

async function tensorflow(): Promise<Finding> {
  const probe = path.join(INSTALLATION, 'setup', 'probe.js');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [probe], { timeout: PATIENCE * 1000 });
    return ok('TensorFlow', `${stdout.trim()}: it loads and adds`);
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim().split('\n')[0];
    return wrong('TensorFlow', said || firstLine(error), SETUP);
  }
}

function packages({ python, packages: found }: JupyterReport): Finding {
  const missing = Object.entries(found).flatMap(([name, version]) => (version === null ? [name] : []));
  if (missing.length > 0) return wrong('Python packages', `missing: ${missing.join(', ')}`, SETUP);
  const versions = Object.entries(found).map(([name, version]) => `${name} ${version}`);
  return ok('Python packages', `Python ${python}; ${versions.join(', ')}`);
}

function extensions({ extensions: found }: JupyterReport): Finding {
  const missing = Object.keys(EXTENSIONS).filter((name) => !found.includes(name));
  if (missing.length === 0) return ok('JupyterLab extensions', Object.keys(EXTENSIONS).join(', '));
  const bring = missing.map((name) => EXTENSIONS[name]).join(' ');
  return wrong(
    'JupyterLab extensions',
    `missing: ${missing.join(', ')}; figures or widgets would not be drawn`,
    `${SETUP} (in another environment: pip install ${bring})`,
  );
}

function papermill({ optional }: JupyterReport): Finding {
  if (optional['papermill'] === null) return ok('papermill', 'not installed, not needed');
  const translator = optional['reluctant-papermill'];
  if (translator) return ok('papermill', `${optional['papermill']}, with the translator for TypeScript`);
  const folder = path.join(INSTALLATION, 'python', 'papermill');
  return note('papermill', 'its translator for TypeScript is not installed', `to use it: pip install ${folder}`);
}

function* kernelspecs(found: JupyterReport['kernelspecs']): Generator<Finding> {
  const [first, ...shadowed] = found;
  if (!first) {
    yield wrong('kernelspec', `Jupyter knows no kernel "${KERNEL_NAME}"`, INSTALL);
    return;
  }
  const problem = first.spec ? staleness(first.spec) : 'kernel.json is not JSON';
  if (problem) yield wrong('kernelspec', `${first.folder}: ${problem}`, mendingOf(first.folder));
  else yield ok('kernelspec', first.folder);
  for (const { folder, spec } of shadowed) {
    const stale = spec ? staleness(spec) : 'kernel.json is not JSON';
    if (stale) yield note('kernelspec', `${folder} is never used: ${stale}`, `remove the folder ${folder}`);
  }
}

/** A new kernelspec has to take the place of the one that Jupyter finds first. */
function mendingOf(folder: string): string {
  const prefix = path.resolve(folder, '..', '..', '..', '..');
  if (path.join(prefix, 'share', 'jupyter', 'kernels', KERNEL_NAME) !== folder) return `${INSTALL} --user`;
  return prefix === path.join(INSTALLATION, '.venv') ? INSTALL : `${INSTALL} --prefix ${JSON.stringify(prefix)}`;
}

function staleness(spec: Partial<Kernelspec>): string | undefined {
  const launcher = launcherOf(spec);
  const program = nodeOf(spec);
  if (!Array.isArray(spec.argv) || !program || !launcher) return 'it does not start this kernel';
  if (path.isAbsolute(program) && !fs.existsSync(program)) return `its Node is gone (${program})`;
  if (!fs.existsSync(launcher)) return `its launcher is gone (${launcher})`;
  const own = ownKernelspec();
  if (path.resolve(launcher) !== path.resolve(launcherOf(own)!)) return `it starts another installation (${launcher})`;
  const rest = (each: Partial<Kernelspec>) =>
    JSON.stringify([each.argv?.filter((argument) => argument !== nodeOf(each)), each.interrupt_mode]);
  const differs = rest(spec) !== rest(own);
  return differs ? 'it was written by another version' : undefined;
}

async function starts(): Promise<Finding> {
  try {
    const { answer, log } = await probeKernel(KERNEL_NAME, PATIENCE);
    if (answer.problem) {
      const said = log.trim().split('\n').pop();
      return wrong('kernel', `it does not start: ${answer.problem}${said ? `; it said: ${said}` : ''}`, SETUP);
    }
    if (answer.implementation !== KERNEL_NAME) {
      return wrong('kernel', `it says that it is "${answer.implementation}"`, INSTALL);
    }
    if (answer.status !== 'ok' || answer.shown.join() !== '2') {
      return wrong('kernel', `it says that 1 + 1 is ${answer.shown.join() || answer.status}`, SETUP);
    }
    return ok('kernel', `version ${answer.version}, ready in ${formatDuration(answer.ready)}, 1 + 1 = 2`);
  } catch (error) {
    return wrong('kernel', `it does not answer: ${firstLine(error)}`, SETUP);
  }
}
