import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';

// The wire thread and the cells use these at moments when a cell may have changed what everybody else sees.
const kill = process.kill.bind(process);
const own = process.pid;

/** All processes that a process has started, and those that these have started, by number. */
export function descendantsOf(pid: number): number[] {
  const children = childrenByParent();
  const found: number[] = [];
  for (let queue = children.get(pid) ?? []; queue.length > 0; ) {
    found.push(...queue);
    queue = queue.flatMap((each) => children.get(each) ?? []);
  }
  return found;
}

/** Ends a process with all that it has started: asks first, and forces a while later. */
export function endTree(pid: number, patience = 500): void {
  const tree = [pid, ...descendantsOf(pid)].filter((each) => each !== own);
  for (const each of tree) signal(each, 'SIGTERM');
  setTimeout(() => {
    for (const each of tree) signal(each, 'SIGKILL');
  }, patience).unref();
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    kill(pid, name);
  } catch {} // it has ended
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const [pid, parent] of process.platform === 'linux' ? fromProc() : fromPs()) {
    const siblings = children.get(parent);
    if (siblings) siblings.push(pid);
    else children.set(parent, [pid]);
  }
  return children;
}

function* fromProc(): Generator<[pid: number, parent: number]> {
  for (const name of fs.readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The name of the program, in parentheses, may hold anything.
      const parent = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
      yield [pid, parent];
    } catch {} // it has ended meanwhile
  }
}

function* fromPs(): Generator<[pid: number, parent: number]> {
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).split('\n')) {
    const [pid, parent] = line.trim().split(/\s+/).map(Number);
    if (pid && parent) yield [pid, parent];
  }
}
