import * as fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import * as path from 'node:path';
import * as vm from 'node:vm';
import { ReluctantError, readPlainText } from '../core';

const SOURCE = /\.[cm]?[jt]s$/;
const ENDINGS = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '/index.ts', '/index.js'];

/** This library, as the running process has it: a second copy would have tensors of its own. */
const library = (): unknown => require(path.join(__dirname, '..', 'index'));

/**
 * Runs a module of the user's own, in TypeScript or JavaScript, and gives what it exports. It and the files it imports by path
 * are read anew each time; packages are found beside it, else in this installation.
 *
 * @throws ReluctantError `module-not-found`, `module-not-readable`.
 */
export function runModule(file: string): Record<string, unknown> {
  return new Sources().run(path.resolve(file));
}

class Sources {
  private readonly loaded = new Map<string, NodeModule>();
  private readonly fallback = createRequire(__filename);

  run(file: string): Record<string, unknown> {
    const before = this.loaded.get(file);
    if (before) return before.exports as Record<string, unknown>;
    const module = new Module(file);
    module.filename = file;
    this.loaded.set(file, module);
    const names = ['exports', 'require', 'module', '__filename', '__dirname'];
    const body = functionOf(file, names);
    body.call(module.exports, module.exports, this.requireFrom(file), module, file, path.dirname(file));
    module.loaded = true;
    return module.exports as Record<string, unknown>;
  }

  private requireFrom(importer: string): (name: string) => unknown {
    const base = createRequire(importer);
    return (name) => {
      if (name === 'reluctant') return library();
      const isPath = name.startsWith('.') || path.isAbsolute(name);
      const source = isPath ? sourceAt(path.resolve(path.dirname(importer), name)) : undefined;
      if (source) return this.run(source);
      const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
      try {
        return base(name);
      } catch (error) {
        if (!isAbsent(error)) throw error;
        if (isPath) throw absent(name, importer, 'a file beside it, its ending left out or not');
      }
      try {
        return this.fallback(name);
      } catch (error) {
        if (!isAbsent(error)) throw error;
        throw absent(name, importer, 'a package that is installed beside it or with this library');
      }
    };
  }
}

/** The module as a function of what CommonJS gives it. */
function functionOf(file: string, names: readonly string[]) {
  const text = compiled(file);
  try {
    return vm.compileFunction(text, [...names], { filename: file });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // The compiler has found nothing wrong: it takes for an ES module what is run as CommonJS here.
    const awaits = /^(?:[^'"`/]*[\s=(])?await\s/m.test(text);
    throw new ReluctantError({
      code: 'module-not-readable',
      operation: 'programs.loadProgram',
      problem: awaits
        ? 'the module waits (await) outside of any function'
        : `the module cannot be run: ${error.message}`,
      where: { file },
      expected: 'a module whose default export is there without waiting',
      fix: 'move what waits into a function, such as data: async () => ... of the program, or into another file',
    });
  }
}

function absent(name: string, importer: string, expected: string): ReluctantError {
  return new ReluctantError({
    code: 'module-not-found',
    operation: 'programs.loadProgram',
    problem: `the module imports "${name}", which is not there`,
    where: { file: importer },
    expected,
  });
}

/** The source file that a path means, its ending left out or not; undefined for anything else, such as JSON. */
function sourceAt(place: string): string | undefined {
  const stem = place.replace(/\.([cm]?)js$/, '.$1ts');
  return [...ENDINGS.map((ending) => place + ending), stem].find(
    (file) => SOURCE.test(file) && fs.existsSync(file) && fs.statSync(file).isFile(),
  );
}

/** CommonJS of a file. */
function compiled(file: string): string {
  if (!fs.existsSync(file)) {
    throw new ReluctantError({
      code: 'module-not-found',
      operation: 'programs.loadProgram',
      problem: 'there is no such file',
      where: { file },
      expected: 'a module in TypeScript or JavaScript whose default export is a program, or the name of a recipe',
    });
  }
  // Loaded on first use: the compiler takes a quarter of a second.
  const source = readPlainText('programs.loadProgram', file);
  const ts = require('typescript') as typeof import('typescript');
  const { outputText, diagnostics = [] } = ts.transpileModule(source, {
    // By the ending .mjs the compiler would leave the module as it is.
    fileName: file.replace(/\.[cm]([jt]s)$/, '.$1'),
    reportDiagnostics: true,
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      allowJs: true,
    },
  });
  const [first] = diagnostics;
  if (!first) return outputText;
  const line =
    first.file && first.start !== undefined ? first.file.getLineAndCharacterOfPosition(first.start).line + 1 : 0;
  throw new ReluctantError({
    code: 'module-not-readable',
    operation: 'programs.loadProgram',
    problem: ts.flattenDiagnosticMessageText(first.messageText, ' '),
    where: { file, line },
  });
}
