// A corpus of hostile files: none reads another file, runs something, sends a request, ends the process, takes more than a gigabyte
// or longer than ten seconds. Counted over all of them.
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import * as os from 'node:os';
import * as path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { openBrowser } from '../browser';
import { Corpus, type Hostile, makeRun } from './hostileCorpus';
import type { Told } from './hostileReader';

const ROOT = path.join(__dirname, '..', '..');
/** A number that stands in a file that nobody names. */
const SECRET = '987654321.25';
const [MEGABYTES, SECONDS] = [1024, 10];
/** Files that are opened in CI. */
const OPENED = 326;
/** Seconds after which a process that does nothing is taken for one that hangs: the machine may be busy. */
const PATIENCE = 60;

let folder: string;
let server: http.Server;
const asked: string[] = [];
const [secret, ran] = ['secret/secret.csv', 'ran'];
before(async () => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hostile-corpus-')));
  fs.mkdirSync(path.join(folder, 'secret'));
  fs.writeFileSync(path.join(folder, secret), `date,close\n2024-01-01,${SECRET}\n2024-01-02,${SECRET}\n`);
  server = http.createServer((request, response) => {
    asked.push(request.url!);
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
after(() => {
  server.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The process that opens files, started again where one has ended it. */
class Reader {
  private child: ChildProcess | undefined;

  async open({ surface, file }: Hostile): Promise<Told & { seconds: number; megabytes: number }> {
    // What one file has left in memory is not the next one's.
    if (this.child && resident(this.child, 'VmRSS') > MEGABYTES / 2) this.stop();
    this.child ??= await this.start();
    const { child } = this;
    const proc = `/proc/${child.pid}`;
    fs.writeFileSync(`${proc}/clear_refs`, '5'); // what it has held at most is counted anew
    const before = processorSeconds(proc);
    const told = new Promise<Told>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('it hangs')), PATIENCE * 1000);
      const done = (end: () => void) => {
        clearTimeout(timer);
        child.removeAllListeners();
        end();
      };
      child.once('message', (message) => done(() => resolve(message as Told)));
      child.once('exit', (code, signal) => done(() => reject(new Error(`the process ended with ${code ?? signal}`))));
    });
    child.send({ surface, file });
    try {
      const result = await told;
      return { ...result, seconds: processorSeconds(proc) - before, megabytes: resident(child, 'VmHWM') };
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private async start(): Promise<ChildProcess> {
    const env = { ...process.env, RELUCTANT_LEDGER: 'off', XDG_STATE_HOME: path.join(folder, 'state') };
    const options = {
      execArgv: ['--import', 'tsx'],
      env,
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'] as never,
    };
    const child = fork(path.join(__dirname, 'hostileReader.ts'), [], options);
    await once(child, 'message');
    return child;
  }
}

/** Megabytes that a process holds, or has held at most. */
const resident = ({ pid }: ChildProcess, what: 'VmRSS' | 'VmHWM'): number =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;

const processorSeconds = (proc: string): number => {
  const fields = fs.readFileSync(`${proc}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

/** Whether a file was read: of one that was not since it was written, the system notes the next time. */
function wasRead(file: string): boolean {
  const isNoted = fs.statSync(file).atimeMs > 0;
  fs.utimesSync(file, 0, new Date());
  return isNoted;
}

test('nothing of the corpus does anything', {
  timeout: 600_000,
  skip: process.platform !== 'linux' && 'needs /proc',
}, async () => {
  const state = process.env['XDG_STATE_HOME'];
  process.env['XDG_STATE_HOME'] = path.join(folder, 'somebody-elses');
  await makeRun(folder);
  if (state === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = state;
  const bait = {
    secret: path.join(folder, secret),
    ran: path.join(folder, ran),
    port: (server.address() as AddressInfo).port,
  };
  const corpus = new Corpus(folder, bait);
  await corpus.make(folder, path.join(ROOT, 'tests', 'recordings', 'reference', 'torch'));
  // CI opens so many, evenly chosen; all are opened where RELUCTANT_WHOLE_CORPUS is set.
  const isWhole = process.env['RELUCTANT_WHOLE_CORPUS'] !== undefined;
  const opened = corpus.all.filter((_, k) => isWhole || (k * OPENED) % corpus.all.length < OPENED);
  wasRead(bait.secret);
  fs.readFileSync(bait.secret);
  const isReadSeen = wasRead(bait.secret);
  const counts = {
    files: opened.length,
    refused: 0,
    'read elsewhere': 0,
    ran: 0,
    requests: 0,
    crashed: 0,
    'over a gigabyte': 0,
    'over ten seconds': 0,
  };
  const faults: string[] = [];
  const most = { megabytes: 0, seconds: 0 };
  const fault = (kind: keyof typeof counts, { name }: Hostile, why: string) => {
    counts[kind] += 1;
    faults.push(`${kind}: ${name}: ${why.slice(0, 1500)}`);
  };
  const reader = new Reader();
  for (const one of opened) {
    if (one.make) {
      fs.mkdirSync(path.dirname(one.file), { recursive: true });
      await one.make(one.file);
    }
    try {
      const { said, error, requests, started, seconds, megabytes } = await reader.open(one);
      const all = `${said} ${error?.message ?? ''}`;
      if (error?.isOurs) counts.refused += 1;
      else if (error) fault('crashed', one, error.message);
      if (error && (error.message.length > 4000 || /(?![\n\t])\p{Cc}/u.test(error.message)))
        fault('crashed', one, `says ${JSON.stringify(error.message)}`);
      if (all.includes(SECRET) || (isReadSeen && wasRead(bait.secret))) fault('read elsewhere', one, all);
      if (requests.length > 0) fault('requests', one, requests.join());
      if (started.length > 0 || fs.existsSync(bait.ran)) fault('ran', one, started.join());
      if (megabytes > MEGABYTES) fault('over a gigabyte', one, `${megabytes} MB`);
      if (seconds > SECONDS) fault('over ten seconds', one, `${seconds} s`);
      most.megabytes = Math.max(most.megabytes, megabytes);
      most.seconds = Math.max(most.seconds, seconds);
      if (one.make) fs.rmSync(one.file, { recursive: true });
    } catch (error) {
      fault('crashed', one, (error as Error).message);
    }
  }
  reader.stop();
  await look(opened.map(({ file }) => `${file}.html`).filter((page) => fs.existsSync(page)));
  counts.requests += asked.length;
  console.log(`${JSON.stringify(counts)}; at most ${most.megabytes.toFixed(0)} MB and ${most.seconds.toFixed(1)} s`);
  assert.deepEqual([...faults, ...asked], []);
  assert.ok(counts.files >= 300);
  assert.ok(counts.refused > counts.files / 3);
});

/** Opens every page that was made of a notebook in a browser. */
async function look(pages: readonly string[]): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    for (const file of pages) {
      await page.goto(pathToFileURL(file).href);
      await page.evaluate('document.querySelectorAll("figure").forEach((one) => one.scrollIntoView())');
      await page.waitForTimeout(20);
    }
  } finally {
    await browser.close();
  }
}
