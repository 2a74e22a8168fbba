import type { Command } from 'commander';

/** `reluctant setup`: bin/reluctant.js does it, since nothing that it installs is there before; here is its help. */
export function define(command: Command): void {
  command
    .description('Install what the package needs into its own folder, or repair it; steps that are done are skipped.')
    .option('--gpu', 'TensorFlow with CUDA (9 GB), remembered')
    .option('--cpu', 'TensorFlow for processors, the default')
    .option('--tests', 'also what only the tests of a clone need');
}
