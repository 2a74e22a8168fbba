import { type Command, Option } from 'commander';
import { coloured } from '../colours';
import { EXIT } from '../exitCodes';
import { examine, type Finding } from '../kernel/doctor';
import { installKernel, uninstallKernel } from '../kernel/install';
import { kernelspecFolder, type TargetOptions } from '../kernel/target';

/** `reluctant kernel install | uninstall | doctor`. */
export function define(command: Command): void {
  command.description('Install, remove or examine the Jupyter kernel "reluctant".').helpCommand(false);
  withTarget(command.command('install'))
    .description('Make the kernel known to Jupyter. npm run setup does it for the environment of this project.')
    .action((options: TargetOptions) => {
      const folder = kernelspecFolder(options);
      installKernel(folder);
      console.log(`✔ the kernel "reluctant" is installed in ${folder}`);
    });
  withTarget(command.command('uninstall'))
    .description('Remove the kernel from where "install" with the same options has put it.')
    .action((options: TargetOptions) => {
      const folder = kernelspecFolder(options);
      const was = uninstallKernel(folder);
      console.log(was ? `✔ the kernel is removed from ${folder}` : `There is no kernel in ${folder}`);
    });
  command
    .command('doctor')
    .description('Examine all that the kernel needs, and say how to mend what is wrong (exit code 1 if something is).')
    .option('--json', 'print what was found as JSON')
    .action(async ({ json }: { json?: boolean }) => {
      process.exitCode = await doctor(json);
    });
}

function withTarget(command: Command): Command {
  return command
    .addOption(new Option('--user', 'for this user, in every Python environment').conflicts(['sysPrefix', 'prefix']))
    .addOption(new Option('--sys-prefix', 'in the Python environment that is active').conflicts(['user', 'prefix']))
    .addOption(new Option('--prefix <folder>', 'below this folder').conflicts(['user', 'sysPrefix']))
    .addHelpText('after', '\nWithout an option: in the Python environment of this project (.venv).');
}

async function doctor(json = false): Promise<number> {
  const marks = { ok: coloured('green', '✔'), wrong: coloured('red', '✘'), note: '·' };
  const findings: Finding[] = [];
  for await (const finding of examine()) {
    const { state, subject, detail, remedy } = finding;
    if (!json) console.log(`${marks[state]} ${subject}: ${detail}${remedy ? `\n    ${remedy}` : ''}`);
    findings.push(finding);
  }
  const faults = findings.filter(({ state }) => state === 'wrong').length;
  if (json) console.log(JSON.stringify(findings));
  else
    console.log(
      faults === 0 ? '\nNothing is wrong.' : `\n${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong.`,
    );
  return faults === 0 ? EXIT.ok : EXIT.failed;
}
