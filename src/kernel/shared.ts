import type { Header, Json, Message } from './message';

/** What the connection file of Jupyter says. */
export interface Connection {
  transport: string;
  ip: string;
  key: string;
  signature_scheme: string;
  shell_port: number;
  iopub_port: number;
  stdin_port: number;
  control_port: number;
  hb_port: number;
}

/** Channels on which requests arrive and replies leave. */
export type Channel = 'shell' | 'control' | 'stdin';

/** From the wire thread to the thread that runs cells. */
export type Inbound =
  | { kind: 'message'; channel: Channel; message: Message; received: number }
  | { kind: 'interrupt'; request: number }
  /** Code of the user was cut off on behalf of this request. */
  | { kind: 'cut'; request: number }
  | { kind: 'shutdown' }
  /** The sockets are closed and everything has been sent. */
  | { kind: 'closed' };

/** From the thread that runs cells to the wire thread; `content` is JSON already. */
export type Outbound =
  | {
      kind: 'reply';
      channel: Channel;
      type: string;
      content: string;
      parent: Header;
      identities: Uint8Array[];
    }
  | {
      kind: 'publish';
      type: string;
      content: string;
      parent: Header | undefined;
      metadata?: Json;
      buffers?: Uint8Array[];
    }
  /** `blocks`: the thread waits for the answer, and cannot be sent messages. */
  | { kind: 'ask'; content: string; parent: Header; identities: Uint8Array[]; id: string; blocks: boolean }
  /** Child processes that are not waited for; another one is about to be. */
  | { kind: 'background'; pids: readonly number[] }
  /** Cells can be run. */
  | { kind: 'ready' }
  /** The process cannot go on. */
  | { kind: 'die'; reason: string }
  | { kind: 'finish' };

/**
 * Words of memory that both threads see. The wire thread must know what the other one is doing when it cannot be asked.
 */
export const FLAG = {
  /** What the cell thread is at: one of {@link PHASE}. */
  phase: 0,
  /** Number of interruptions requested so far. */
  requested: 1,
  /** The last interruption that the cell thread has taken note of. */
  noted: 2,
  /** 1 when the running cell holds the interrupt signal and may be trusted to stop by itself for a while. */
  cooperative: 3,
  /** Messages of the wire thread that the cell thread has heard so far. */
  heard: 4,
  /** Counts the answers to questions that block the cell thread, which waits for it to change. */
  answers: 5,
  /** 1 while the cell thread waits for a child process, as `execSync` does. */
  child: 6,
  length: 7,
} as const;

/** What the cell thread is doing; between cells it may be asleep, or in a callback of Node that a cell has left behind. */
export const PHASE = { kernel: 0, userCode: 1, cutting: 2, betweenCells: 3 } as const;

/** Milliseconds on a clock that both threads share. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
