import type { CellCompiler } from './compiler/cells';
import type { Json } from './message';

const { printQuickInfo } = require('tslab/dist/inspect') as typeof import('tslab/dist/inspect');

/** Jupyter counts characters, JavaScript counts UTF-16 units. */
function unitsBefore(code: string, characters: number): number {
  return [...code].slice(0, characters).join('').length;
}

function charactersBefore(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}

function request(content: Json): { code: string; position: number } {
  const code = String(content['code'] ?? '');
  const cursor = Number(content['cursor_pos'] ?? [...code].length);
  return { code, position: unitsBefore(code, cursor) };
}

/** The content of a `complete_reply`. */
export function complete(compiler: CellCompiler, content: Json): Json {
  const { code, position } = request(content);
  const { start, end, names } = compiler.complete(code, position);
  return {
    status: 'ok',
    matches: names,
    cursor_start: charactersBefore(code, start),
    cursor_end: charactersBefore(code, end),
    metadata: {},
  };
}

/** The content of an `inspect_reply`. */
export function inspect(compiler: CellCompiler, content: Json): Json {
  const { code, position } = request(content);
  // A cursor behind a name means that name.
  const info = compiler.inspect(code, position) ?? compiler.inspect(code, Math.max(0, position - 1));
  if (!info) return { status: 'ok', found: false, data: {}, metadata: {} };
  return { status: 'ok', found: true, data: { 'text/plain': printQuickInfo(info) }, metadata: {} };
}
