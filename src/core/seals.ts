import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { writeAtomically } from './atomicFile';

/** Bytes of the secret that seals are made with. */
const SECRET_BYTES = 32;

/**
 * Seals on files that are kept between processes: what they hold is run as machine code or as a graph, so one that is damaged, was
 * put there by somebody else or belongs to another name must be noticed. A seal is made of name and content with a secret of
 * this user, which is kept apart from the files.
 */
export class Seals {
  private constructor(
    private readonly secret: Buffer,
    private readonly folder: string,
  ) {}

  /**
   * @param home where programs keep their state; the secret is made there on first use, for its owner's eyes only.
   * @returns nothing where none can be kept: then nothing can be trusted that was.
   */
  static open(home = stateHome()): Seals | undefined {
    try {
      const folder = path.join(home, 'reluctant');
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!isPrivate(folder) || isShared(home)) return undefined;
      const file = path.join(folder, 'seals.key');
      if (!fs.existsSync(file)) createSecret(file);
      if (!isPrivate(file)) return undefined;
      const secret = fs.readFileSync(file);
      return secret.length === SECRET_BYTES ? new Seals(secret, folder) : undefined;
    } catch {
      return undefined;
    }
  }

  /** The seal of a content under a name. */
  of(name: string, content: Uint8Array): string {
    return createHmac('sha256', this.secret).update(`${name.length}:${name}:`).update(content).digest('hex');
  }

  /** Whether a seal is that of a content under a name. */
  holds(seal: string, name: string, content: Uint8Array): boolean {
    const right = Buffer.from(this.of(name, content));
    const given = Buffer.from(seal);
    return given.length === right.length && timingSafeEqual(given, right);
  }

  /** Removes every file of a folder that has no seal, or another content than when it was sealed. */
  clean(folder: string): void {
    const seals = this.list(folder);
    for (const name of fs.readdirSync(folder)) {
      const file = path.join(folder, name);
      const seal = seals[name];
      const isWhole = seal !== undefined && fs.lstatSync(file).isFile() && this.holds(seal, name, readUnseen(file));
      if (!isWhole) fs.rmSync(file, { recursive: true, force: true });
    }
  }

  /** Seals the files of a folder that have no seal yet, and forgets those that have gone. */
  seal(folder: string): void {
    const before = this.list(folder);
    const names = fs.readdirSync(folder);
    if (names.every((name) => Object.hasOwn(before, name))) return;
    const seals: Record<string, string> = {};
    for (const name of names) seals[name] = before[name] ?? this.of(name, readUnseen(path.join(folder, name)));
    writeAtomically(this.listOf(folder), JSON.stringify(seals));
  }

  private list(folder: string): Record<string, string> {
    try {
      const seals: unknown = JSON.parse(fs.readFileSync(this.listOf(folder), 'utf8'));
      const entries = Object.entries(Object(seals)).filter(([, seal]) => typeof seal === 'string');
      return Object.fromEntries(entries) as Record<string, string>;
    } catch {
      return {};
    }
  }

  private listOf(folder: string): string {
    return path.join(this.folder, `seals-${path.basename(folder)}.json`);
  }
}

/** A file's content; when it was used last stays as it was, since the longest unused are removed first. */
function readUnseen(file: string): Buffer {
  const { atime, mtime } = fs.statSync(file);
  const content = fs.readFileSync(file);
  fs.utimesSync(file, atime, mtime);
  return content;
}

/** Whether a path belongs to this user, and nobody else may write to it. Where there are no owners (Windows), always. */
export function isPrivate(place: string): boolean {
  const { uid, mode } = fs.statSync(place);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

/** Whether anybody may rename what is in a folder: all may write to it, and not to their own alone. */
export function isShared(place: string): boolean {
  const { mode } = fs.statSync(place);
  return process.getuid !== undefined && (mode & 0o1002) === 0o002;
}

/** Under another name first: another process may make one at the same time, and the first to have the name stays. */
function createSecret(file: string): void {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, randomBytes(SECRET_BYTES), { mode: 0o600 });
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

function stateHome(): string {
  return process.env['XDG_STATE_HOME'] || path.join(os.homedir(), '.local', 'state');
}
