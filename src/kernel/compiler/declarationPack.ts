import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { TypeScript } from './engine';

/** Counts up when the form of the file changes. */
const FORM = 3;

const nodeMajor = (): string => process.versions.node.split('.')[0]!;

/** What a packed file was when it was packed; files of packages are vouched for by npm's own list. */
interface PackedFile {
  start: number;
  end: number;
  /** Size and time of a file of the library itself, which is built more often than packages are installed. */
  stamp?: string;
}

interface Index {
  form: number;
  typescript: string;
  /** The major version of Node, which has declarations of its own. */
  node: string;
  /** What npm has installed. */
  packages: string;
  files: Record<string, PackedFile>;
  /** By folder and name of an import, the file that is meant; null when there is none. */
  resolutions: Record<string, Record<string, TypeScript.ResolvedModuleFull | null>>;
}

/** The way from names of the pack, which hold on every machine, to names of this one. */
const OWN = 'dist/';

/**
 * The declarations of the library and of the packages it shows, in one file: their text without documentation, and what
 * their imports mean. A kernel reads some thousand declaration files before its first cell runs; finding them, opening
 * them and parsing their documentation takes longer than all else that the compiler does with them.
 *
 * Whatever has changed since the pack was made is left to be read as usual.
 */
export class DeclarationPack {
  private constructor(
    private readonly root: string,
    private readonly index: Index,
    private readonly text: string,
    private readonly areOwnValid: boolean,
  ) {}

  /** Where the pack of an installation is. */
  static fileIn(installation: string): string {
    return path.join(installation, 'dist', 'kernel', 'declarations.pack');
  }

  /** The pack of an installation, if there is one that still holds. */
  static read(ts: typeof TypeScript, installation: string): DeclarationPack | undefined {
    let content: string;
    try {
      const file = DeclarationPack.fileIn(installation);
      const bytes = fs.readFileSync(file);
      // Wrong declarations would refuse right cells: a damaged pack is none.
      if (fs.readFileSync(digestFile(file), 'utf8') !== digestOf(bytes)) return undefined;
      content = bytes.toString('utf8');
      const end = content.indexOf('\n');
      const index = JSON.parse(content.slice(0, end)) as Index;
      if (
        index.form !== FORM ||
        index.typescript !== ts.version ||
        index.node !== nodeMajor() ||
        index.packages !== packagesOf(installation)
      ) {
        return undefined;
      }
      const root = `${installation.replaceAll('\\', '/')}/`;
      let areOwnValid = true;
      for (const [name, { stamp }] of Object.entries(index.files)) {
        if (stamp === undefined || stamp === stampOf(`${root}${name}`)) continue;
        areOwnValid = false;
        delete index.files[name];
      }
      return new DeclarationPack(root, index, content.slice(end + 1), areOwnValid);
    } catch {
      return undefined;
    }
  }

  /** The packed files, each behind those it imports. */
  get names(): string[] {
    return Object.keys(this.index.files).map((name) => `${this.root}${name}`);
  }

  /** The text of a file without its documentation. */
  textOf(file: string): string | undefined {
    if (!file.startsWith(this.root)) return undefined;
    const packed = this.index.files[file.slice(this.root.length)];
    return packed && this.text.slice(packed.start, packed.end);
  }

  /** What `name` means in the files of a folder. */
  resolve(name: string, folder: string): TypeScript.ResolvedModuleFull | null | undefined {
    if (!folder.startsWith(this.root)) return undefined;
    const relative = folder.slice(this.root.length);
    if (!this.areOwnValid && `${relative}/`.startsWith(OWN)) return undefined;
    const found = this.index.resolutions[relative]?.[name];
    return found ? { ...found, resolvedFileName: `${this.root}${found.resolvedFileName}` } : found;
  }
}

/** A resolution that the compiler has made, for {@link writePack}. */
export interface Made {
  folder: string;
  name: string;
  module: TypeScript.ResolvedModuleFull | undefined;
}

/** Packs declaration files that the compiler has read in full. */
export function writePack(
  ts: typeof TypeScript,
  installation: string,
  sources: readonly TypeScript.SourceFile[],
  made: readonly Made[],
): void {
  const root = `${installation.replaceAll('\\', '/')}/`;
  const index: Index = {
    form: FORM,
    typescript: ts.version,
    node: nodeMajor(),
    packages: packagesOf(installation),
    files: {},
    resolutions: {},
  };
  const texts: string[] = [];
  let start = 0;
  for (const source of sources) {
    const { fileName } = source;
    if (!fileName.startsWith(root) || !fileName.endsWith('.d.ts')) continue;
    const text = withoutDocumentation(ts, source);
    const name = fileName.slice(root.length);
    index.files[name] = {
      start,
      end: start + text.length,
      ...(name.startsWith('node_modules/') ? {} : { stamp: stampOf(fileName) }),
    };
    texts.push(text);
    start += text.length;
  }
  for (const { folder, name, module } of made) {
    if (!`${folder}/`.startsWith(root) || (module && !module.resolvedFileName.startsWith(root))) continue;
    const relative = folder.slice(root.length);
    const known = index.resolutions[relative] ?? {};
    known[name] = module ? { ...module, resolvedFileName: module.resolvedFileName.slice(root.length) } : null;
    index.resolutions[relative] = known;
  }
  const file = DeclarationPack.fileIn(installation);
  const content = Buffer.from(`${JSON.stringify(index)}\n${texts.join('')}`);
  put(file, content);
  put(digestFile(file), digestOf(content));
}

/** Writes a file that is there whole or not at all. */
function put(file: string, content: Buffer | string): void {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, content);
  fs.renameSync(draft, file);
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const digestFile = (file: string): string => `${file}.sha256`;

/** The text of a file without the comments that the compiler has taken for documentation. */
function withoutDocumentation(ts: typeof TypeScript, source: TypeScript.SourceFile): string {
  const spans: { pos: number; end: number }[] = [];
  const visit = (node: TypeScript.Node): void => {
    spans.push(...((node as unknown as { jsDoc?: TypeScript.JSDoc[] }).jsDoc ?? []));
    ts.forEachChild(node, visit);
  };
  visit(source);
  spans.push(...((source.endOfFileToken as unknown as { jsDoc?: TypeScript.JSDoc[] }).jsDoc ?? []));
  spans.sort((a, b) => a.pos - b.pos);
  let text = '';
  let at = 0;
  for (const { pos, end } of spans) {
    if (pos < at) continue;
    text += `${source.text.slice(at, pos)} `;
    at = end;
  }
  return text + source.text.slice(at);
}

/**
 * Gives the tree of a packed file its documentation, which is read from the file itself.
 * @param bare the tree without documentation
 */
export function document(ts: typeof TypeScript, bare: TypeScript.SourceFile): void {
  const text = ts.sys.readFile(bare.fileName);
  if (text === undefined) return;
  const full = ts.createSourceFile(bare.fileName, text, bare.languageVersion, true);
  const copy = (to: TypeScript.Node, from: TypeScript.Node): void => {
    const { jsDoc } = from as unknown as { jsDoc?: unknown };
    if (jsDoc) Object.assign(to, { jsDoc });
    const targets: TypeScript.Node[] = [];
    ts.forEachChild(to, (child) => void targets.push(child));
    let k = 0;
    ts.forEachChild(from, (child) => {
      const target = targets[k++];
      if (target && target.kind === child.kind) copy(target, child);
    });
  };
  copy(bare, full);
}

/** What npm has installed, as far as one look tells. */
function packagesOf(installation: string): string {
  return stampOf(path.join(installation, 'node_modules', '.package-lock.json'));
}

function stampOf(file: string): string {
  const { size, mtimeMs } = fs.statSync(file);
  return `${size} ${mtimeMs}`;
}
