import { type CommMessageType, comms } from '../notebook/comms';
import type { Activity } from './activity';
import { complete, inspect } from './editing';
import type { Execution } from './execution';
import type { History } from './history';
import { type Json, type Message, textField } from './message';
import type { Publisher } from './publisher';
import type { Runner } from './runner';
import { CellRun, within } from './scope';
import type { Channel } from './shared';
import { describeError } from './traceback';
import { userTurn } from './userTurn';

/** Answers the requests that run no cell: completion, inspection, history, comm messages. */
export class Requests {
  constructor(
    private readonly activity: Activity,
    private readonly publisher: Publisher,
    private readonly runner: Runner,
    private readonly history: History,
    private readonly execution: Execution,
  ) {}

  async answer(channel: Channel, message: Message): Promise<void> {
    const { header, content } = message;
    const type = header.msg_type;
    const replyType = type.replace(/_request$/, '_reply');
    this.publisher.publish('status', { execution_state: 'busy' }, header);
    try {
      const reply = this.replyTo(type, content);
      if (reply) this.publisher.reply(channel, replyType, reply, message);
      else if (type.startsWith('comm_')) await this.hear(message);
    } catch (error) {
      const description = describeError(error, this.execution.count, '', this.runner);
      if (type.endsWith('_request')) {
        this.publisher.reply(channel, replyType, { status: 'error', ...description }, message);
      } else this.publisher.write('stderr', `${(description['traceback'] as string[]).join('\n')}\n`);
    } finally {
      this.activity.asKernel(() => this.publisher.publish('status', { execution_state: 'idle' }, header));
    }
  }

  private replyTo(type: string, content: Json): Json | undefined {
    switch (type) {
      case 'complete_request':
        return complete(this.runner.compiler, content);
      case 'inspect_request':
        return inspect(this.runner.compiler, content);
      case 'is_complete_request':
        return { ...this.runner.compiler.isComplete(textField(content, 'code')) };
      case 'history_request':
        return this.history.answer(content);
      case 'comm_info_request':
        return { status: 'ok', comms: comms.info(content['target_name'] as string | undefined) };
      default:
        return undefined;
    }
  }

  /**
   * Hands a comm message to its listeners, which are code of cells: like cells they get a turn of their own, so that an
   * endless loop in one of them can be cut off and takes nothing of the kernel along. What they only begin (a training run,
   * say) is not waited for: the front end sends the next value of a slider when this message is done with.
   */
  private hear({ header, identities, content, buffers, metadata }: Message): Promise<void> {
    const { count } = this.execution;
    const options = { silent: false, storesHistory: false, allowInput: false };
    const run = new CellRun(header, identities, count, count, this.execution.nextSerial(), options);
    const tell = () => within(run, () => comms.receive(header.msg_type as CommMessageType, content, buffers, metadata));
    return new Promise((resolve) => userTurn(() => this.activity.asListener(tell, resolve)));
  }
}
