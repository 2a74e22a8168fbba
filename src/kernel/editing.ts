import type { CellCompiler } from './compiler/cells';
import { type Json, textField } from './message';

/** Jupyter counts characters, JavaScript counts UTF-16 units. */
function unitsBefore(code: string, characters: number): number {
  return [...code].slice(0, characters).join('').length;
}

function charactersBefore(code: string, units: number): number {
  return [...code.slice(0, units)].length;
}

function request(content: Json): { code: string; position: number } {
  const code = textField(content, 'code');
  const cursor = Number(content['cursor_pos'] ?? [...code].length);
  return { code, position: unitsBefore(code, cursor) };
}

/** The content of a `complete_reply`. */
export function complete(compiler: CellCompiler, content: Json): Json {
  const { code, position } = request(content);
  const { start, end, candidates } = compiler.complete(code, position);
  const span = { start: charactersBefore(code, start), end: charactersBefore(code, end) };
  return {
    status: 'ok',
    matches: candidates.map(({ text }) => text),
    cursor_start: span.start,
    cursor_end: span.end,
    // JupyterLab draws a symbol for the kind of each.
    metadata: { _jupyter_types_experimental: candidates.map(({ text, kind }) => ({ text, type: kind, ...span })) },
  };
}

/** The content of an `inspect_reply`. */
export function inspect(compiler: CellCompiler, content: Json): Json {
  const { code, position } = request(content);
  // A cursor behind a name means that name.
  const known = compiler.inspect(code, position) ?? compiler.inspect(code, Math.max(0, position - 1));
  if (!known) return { status: 'ok', found: false, data: {}, metadata: {} };
  const declarations = known.declarations.join('\n');
  const data = {
    'text/plain': [declarations, known.documentation].filter(Boolean).join('\n\n'),
    'text/markdown': [`\`\`\`typescript\n${declarations}\n\`\`\``, known.documentation].filter(Boolean).join('\n\n'),
  };
  return { status: 'ok', found: true, data, metadata: {} };
}
