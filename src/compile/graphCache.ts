import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { graphCache } from '../core';

const GRAPH = 'saved_model.pb';
const SEAL = 'seal';

type Cache = NonNullable<ReturnType<typeof graphCache>>;

/**
 * Calls `load` on a folder that holds the graph of this key. Graphs are kept on disk, so that the next run of a notebook
 * need not write them again; one that is damaged, foreign or of
 * another key is noticed by its seal and made anew. Where nothing can be kept, the folder is
 * a temporary one that nobody else can read.
 *
 * @param write makes the graph's bytes. @param load loads them; what it throws is passed on.
 * @param cache where graphs are kept, if anywhere.
 */
export function withGraphFolder<T>(
  key: string,
  write: () => Uint8Array,
  load: (folder: string) => T,
  cache = graphCache(),
): T {
  const kept = cache && path.join(cache.folder, key);
  if (cache && kept && isWhole(cache, key)) {
    try {
      return load(kept);
    } catch {
      // Another process may have taken it away just now; if it is the graph that cannot be loaded, the next try says so.
    }
  }
  const draft = fs.mkdtempSync(path.join(cache?.folder ?? os.tmpdir(), 'draft-'));
  try {
    const bytes = write();
    fs.writeFileSync(path.join(draft, GRAPH), bytes, { mode: 0o600 });
    if (cache) fs.writeFileSync(path.join(draft, SEAL), cache.seals.of(key, bytes), { mode: 0o600 });
    const loaded = load(draft);
    if (kept) keep(draft, kept);
    return loaded;
  } finally {
    fs.rmSync(draft, { recursive: true, force: true });
  }
}

function isWhole({ folder: place, seals }: Cache, key: string): boolean {
  try {
    const folder = path.join(place, key);
    const whole = seals.holds(
      fs.readFileSync(path.join(folder, SEAL), 'utf8'),
      key,
      fs.readFileSync(path.join(folder, GRAPH)),
    );
    // The graphs longest unused go first.
    if (whole) fs.utimesSync(folder, new Date(), new Date());
    return whole;
  } catch {
    return false;
  }
}

/** Puts a whole graph where the next process looks for it. Another process may do the same: then one of the two stays. */
function keep(draft: string, kept: string): void {
  try {
    fs.rmSync(kept, { recursive: true, force: true });
    fs.renameSync(draft, kept);
  } catch {
    // Nothing is lost but time: the next process writes the graph again.
  }
}
