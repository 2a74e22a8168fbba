import { type Death, lastWords, outOfMemory } from './keeper';
import type { Sockets } from './sockets';

/** How long the clients of the kernel that has died may take to come back, in milliseconds. */
const RETURN = 3000;
/** How long the last output of the process may take to arrive, in milliseconds. */
const LAST_OUTPUT = 200;

/**
 * Tells the clients of a kernel that has died why it has, in the place of the answers that they wait for.
 *
 * @param subscribed resolves when a client listens again
 * @param output gives what the process has written last
 */
export async function tellDeath(
  sockets: Sockets,
  death: Death,
  subscribed: Promise<void>,
  output: () => string,
): Promise<void> {
  const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
  await Promise.all([Promise.race([subscribed, pause(RETURN)]), pause(LAST_OUTPUT)]);
  const words = lastWords(output());
  const evalue = `the process of the kernel has ended: ${outOfMemory(words) ?? death.reason}. A new one has been started; the variables of earlier cells are gone`;
  const traceback = [`KernelDied: ${evalue}`, ...(words ? ['', `Its last words: ${words}`] : [])];
  const description = { ename: 'KernelDied', evalue, traceback };
  const [running, ...waiting] = death.unanswered;
  if (running) {
    sockets.publish('error', description, { parent: running.header });
    const reply = { status: 'error', execution_count: 0, ...description, payload: [], user_expressions: {} };
    await sockets.replyPatiently('execute_reply', reply, running.header, running.identities);
    sockets.publish('status', { execution_state: 'idle' }, { parent: running.header });
  } else if (death.latest) {
    sockets.publish('stream', { name: 'stderr', text: `${traceback.join('\n')}\n` }, { parent: death.latest });
  }
  for (const { header, identities } of waiting) {
    await sockets.replyPatiently('execute_reply', { status: 'aborted' }, header, identities);
    sockets.publish('status', { execution_state: 'idle' }, { parent: header });
  }
}
