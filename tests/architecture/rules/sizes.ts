import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import type { Complaint } from './rules';

/** Lines of a function, its comments and blank lines included. */
const LONGEST_FUNCTION = 80;
const LONGEST_FILE = 350;

/** Functions that do not fit in the head. The subject is `file#name`; what has no name goes by what it is in. */
export function longFunctions(root: string): Complaint[] {
  return sources(root, ['src']).flatMap((file) => {
    const source = ts.createSourceFile(
      file,
      fs.readFileSync(path.join(root, file), 'utf8'),
      ts.ScriptTarget.Latest,
      true,
    );
    const line = (position: number): number => source.getLineAndCharacterOfPosition(position).line + 1;
    const long: Complaint[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionLike(node) && 'body' in node && node.body) {
        const [first, last] = [line(node.getStart(source)), line(node.end)];
        const name = nameOf(node, source);
        if (last - first + 1 > LONGEST_FUNCTION)
          long.push({
            subject: `${file}#${name}`,
            text: `${file}:${first}: ${name} has ${last - first + 1} lines; ${LONGEST_FUNCTION} at most`,
          });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return long;
  });
}

/** Files of more than one idea. */
export function longFiles(root: string): Complaint[] {
  return sources(root, ['src', 'bin', 'setup', 'kernels']).flatMap((file) => {
    const lines = fs.readFileSync(path.join(root, file), 'utf8').trimEnd().split('\n').length;
    if (lines <= LONGEST_FILE) return [];
    return { subject: file, text: `${file} has ${lines} lines; ${LONGEST_FILE} at most` };
  });
}

/** The source files of some folders, in order. */
export function sources(root: string, folders: string[]): string[] {
  return folders
    .filter((folder) => fs.existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      fs
        .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
        .map((file) => path.posix.join(folder, file.split(path.sep).join('/'))),
    )
    .filter((file) => /\.(ts|js|cjs|mjs)$/.test(file))
    .sort();
}

function nameOf(node: ts.Node, source: ts.SourceFile): string {
  for (let at = node; at && !ts.isSourceFile(at); at = at.parent) {
    const { name } = at as { name?: ts.Node };
    if (name) return name.getText(source);
    if (ts.isConstructorDeclaration(at)) return 'constructor';
  }
  return 'default';
}
