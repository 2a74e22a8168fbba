import { type Command, Option } from 'commander';
import { EXIT } from '../exitCodes';
import { examine } from '../kernel/doctor';
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
    .action(async () => {
      process.exitCode = await doctor();
    });
}

function withTarget(command: Command): Command {
  return command
    .addOption(new Option('--user', 'for this user, in every Python environment').conflicts(['sysPrefix', 'prefix']))
    .addOption(new Option('--sys-prefix', 'in the Python environment that is active').conflicts(['user', 'prefix']))
    .addOption(new Option('--prefix <folder>', 'below this folder').conflicts(['user', 'sysPrefix']))
    .addHelpText('after', '\nWithout an option: in the Python environment of this project (.venv).');
}

async function doctor(): Promise<number> {
  const marks = { ok: '✔', wrong: '✘', note: '·' };
  let faults = 0;
  for await (const { state, subject, detail, remedy } of examine()) {
    console.log(`${marks[state]} ${subject}: ${detail}${remedy ? `\n    ${remedy}` : ''}`);
    if (state === 'wrong') faults += 1;
  }
  console.log(faults === 0 ? '\nNothing is wrong.' : `\n${faults} ${faults === 1 ? 'thing is' : 'things are'} wrong.`);
  return faults === 0 ? EXIT.ok : EXIT.failed;
}
