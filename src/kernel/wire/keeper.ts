import * as fs from 'node:fs';
import { Socket } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import * as v8 from 'node:v8';
import type { Header, Message } from '../message';

/** A request to run a cell that has not been answered. */
export interface Unanswered {
  header: Header;
  identities: Uint8Array[];
}

/** How the kernel before this one has ended. */
export interface Death {
  reason: string;
  /** Oldest first: the one that was running, and those that waited behind it. */
  unanswered: Unanswered[];
  /** The last cell that was asked for, answered or not. */
  latest: Header | undefined;
}

/** What the file of unanswered requests holds. */
interface Written {
  unanswered: { header: Header; identities: string[] }[];
  latest?: Header | undefined;
}

/** Characters of the last output that a death notice repeats. */
const LAST_WORDS = 2000;

/**
 * The kernel's side of `kernels/keeper.sh`, which starts a new kernel in the place of one that has died. They meet in a
 * folder: `out` and `err` are pipes that stand for the standard streams of the process, so that children with inherited
 * streams, worker threads and native code are heard as well; `running` lists the requests that wait for an answer;
 * `reason` holds what the kernel itself knows of its end, `died` its exit code.
 */
export class Keeper {
  private readonly unanswered = new Map<string, Unanswered>();
  private readonly silent = new Set<string>();
  private latest: Header | undefined;

  private constructor(private readonly folder: string) {}

  /** The keeper of this process, if it has one. */
  static current(): Keeper | undefined {
    const folder = process.env['RELUCTANT_KEEPER'];
    return folder && fs.existsSync(folder) ? new Keeper(folder) : undefined;
  }

  /** How the kernel before this one has ended, if there was one. */
  takeDeath(): Death | undefined {
    const code = this.take('died');
    if (code === undefined) return undefined;
    const reason = this.take('reason');
    const { unanswered, latest } = JSON.parse(this.take('running') ?? '{"unanswered":[]}') as Written;
    return {
      reason: reason ?? reasonOf(Number(code)),
      latest,
      unanswered: unanswered.map(({ header, identities }) => ({
        header,
        identities: identities.map((identity) => Buffer.from(identity, 'base64')),
      })),
    };
  }

  /** From now on a death is answered by a new kernel. */
  begin(): void {
    this.write();
  }

  /** A cell is to be run. */
  add({ header, identities, content }: Message): void {
    this.unanswered.set(header.msg_id, { header, identities });
    this.latest = header;
    if (content['silent'] === true) this.silent.add(header.msg_id);
    this.write();
  }

  /** A cell has been answered. */
  remove({ msg_id }: Header): void {
    this.silent.delete(msg_id);
    if (this.unanswered.delete(msg_id)) this.write();
  }

  /** Puts down why the process is about to end. */
  note(reason: string): void {
    fs.writeFileSync(path.join(this.folder, 'reason'), reason);
  }

  /** The cell that output of unknown origin belongs to: the one that runs, or was the last to run. */
  get audience(): Header | undefined {
    const running = this.unanswered.values().next().value?.header ?? this.latest;
    return running && this.silent.has(running.msg_id) ? undefined : running;
  }

  /** From now on the end of the process is the end of the kernel. */
  end(): void {
    fs.rmSync(path.join(this.folder, 'running'), { force: true });
  }

  /** Hands over what is written to the standard streams of the process. */
  listen(onText: (stream: 'stdout' | 'stderr', text: string) => void): void {
    for (const [name, stream] of [
      ['out', 'stdout'],
      ['err', 'stderr'],
    ] as const) {
      // Opened for both, the pipe never ends.
      const fd = fs.openSync(path.join(this.folder, name), fs.constants.O_RDWR | fs.constants.O_NONBLOCK);
      const socket = new Socket({ fd, readable: true, writable: false });
      socket.setEncoding('utf8').on('data', (chunk) => {
        const text = String(chunk);
        // The engine says so on its way down; the kernel that comes next has no other way to know.
        const reason = stream === 'stderr' ? outOfMemory(text) : undefined;
        if (reason) this.note(reason);
        onText(stream, text);
      });
      socket.on('error', () => {});
      socket.unref();
    }
  }

  /** Removes the folder: whoever keeps it has gone. */
  discard(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private write(): void {
    const unanswered = [...this.unanswered.values()].map(({ header, identities }) => ({
      header,
      identities: identities.map((identity) => Buffer.from(identity).toString('base64')),
    }));
    const written: Written = { unanswered, latest: this.latest };
    try {
      fs.writeFileSync(path.join(this.folder, 'running'), JSON.stringify(written));
    } catch {} // a full disk: a death will end the kernel for good
  }

  private take(name: string): string | undefined {
    const file = path.join(this.folder, name);
    try {
      const text = fs.readFileSync(file, 'utf8');
      fs.rmSync(file);
      return text.trim();
    } catch {
      return undefined;
    }
  }
}

/** What an exit code says. A shell adds 128 to the number of the signal that has ended a process. */
function reasonOf(code: number): string {
  const signal = Object.entries(os.constants.signals).find(([, number]) => number === code - 128)?.[0];
  switch (signal) {
    case undefined:
      return `it ended with exit code ${code}`;
    case 'SIGABRT':
      return 'the JavaScript engine, or native code, has given up (SIGABRT)';
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGFPE':
    case 'SIGTRAP':
      return `a fault in native code (${signal})`;
    case 'SIGKILL':
      return 'it was killed from outside (SIGKILL), as the operating system does when memory runs out';
    default:
      return `it was ended from outside (${signal})`;
  }
}

/** What is to be said of output in which the JavaScript engine tells that its memory is full. */
export function outOfMemory(text: string): string | undefined {
  if (!/FATAL ERROR: .*(heap out of memory|invalid (array|table) size)|Reached heap limit/i.test(text))
    return undefined;
  const limit = Math.round(v8.getHeapStatistics().heap_size_limit / 2 ** 20);
  return `its memory for JavaScript values is full (${limit} MB; NODE_OPTIONS=--max-old-space-size=MEGABYTES sets another limit)`;
}

/** The part of a process's last output that says why it ended. */
export function lastWords(text: string): string {
  const fatal = /^FATAL ERROR: .*$/m.exec(text)?.[0];
  if (fatal) return fatal;
  return text.trim().slice(-LAST_WORDS);
}
