import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { test } from 'node:test';
// The compiler inside the notebook kernel: TypeScript 5.0.4, which knows neither `exports` maps nor newer syntax.
import ts from '@tslab/typescript-for-tslab';

const ROOT = path.resolve(__dirname, '..', '..');

const CONSUMER = `
import * as rl from 'reluctant';
const random: rl.Random = new rl.Random(7);
const table = new rl.Table([{ epoch: 0, loss: 0.5 }], { title: 'Loss' });
const loss: number = table.rows[0].loss;
const isAny = <T>(value: 0 extends 1 & T ? 'any' : T): void => {};
isAny<typeof rl.Random>(rl.Random);
async function typed(model: rl.Trainable, inputs: rl.TF.Tensor, validation: rl.Samples) {
  const losses = { direction: 'huber', volatility: 'logCosh' } as const;
  const run = await rl.fit(model, { inputs, targets: {}, validation }, { losses, metrics: { direction: ['auc'] } });
  const auc: number = run.last.val_direction_auc;
  // @ts-expect-error a metric that was not asked for
  const absent = run.last.val_volatility_auc;
}
const wrong: string = random.uniform();
`;

/** The README's TypeScript as modules; what is awaited at the top level of a cell stands in a function. */
function readmeExamples(): [string, string][] {
  const text = fs.readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, code], k) => {
    const lines = code!.split('\n');
    const imports = lines.filter((line) => line.startsWith('import '));
    const body = lines.filter((line) => !line.startsWith('import '));
    const module = `${imports.join('\n')}\nexport async function cell() {\n${body.join('\n')}\n}\n`;
    return [path.join(ROOT, 'notebooks', `__readme${k}.ts`), module];
  });
}

test('the declarations are read by TypeScript 5.0.4 with the resolution of a notebook, and have real types', () => {
  assert.match(ts.version, /^5\.0\./);
  const options: import('typescript').CompilerOptions = {
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.CommonJS as number,
    moduleResolution: ts.ModuleResolutionKind.Node10 as number,
    target: ts.ScriptTarget.ES2022 as number,
    lib: ['lib.es2022.d.ts'],
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules', '@types')],
  };
  const consumer = path.join(ROOT, 'notebooks', '__consumer.ts');
  const virtual = new Map([[consumer, CONSUMER], ...readmeExamples()]);
  const host = ts.createCompilerHost(options as never);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => virtual.has(name) || fileExists(name);
  host.getSourceFile = (name, ...more) => {
    const text = virtual.get(name);
    return text === undefined
      ? getSourceFile.call(host, name, ...more)
      : ts.createSourceFile(name, text, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...virtual.keys()], options as never, host);

  const say = (diagnostics: readonly { messageText: unknown; file?: { fileName: string }; start?: number }[]) =>
    diagnostics.map(
      ({ messageText, file }) =>
        `${path.relative(ROOT, file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText as string, ' ')}`,
    );
  const declarations = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(path.join(ROOT, 'dist')));
  assert.ok(declarations.length > 10, `${declarations.length} declaration files were read`);
  for (const file of declarations) {
    assert.deepEqual(say(program.getSyntacticDiagnostics(file)), []);
    assert.deepEqual(say(program.getSemanticDiagnostics(file)), []);
  }
  for (const [file] of readmeExamples())
    assert.deepEqual(say(program.getSemanticDiagnostics(program.getSourceFile(file))), []);
  // One mistake is planted in the consumer: types that were lost (any) would let it pass.
  assert.deepEqual(say(program.getSemanticDiagnostics(program.getSourceFile(consumer))), [
    "notebooks/__consumer.ts: Type 'number' is not assignable to type 'string'.",
  ]);
});

test('main and types stand in package.json, for resolvers that ignore exports', () => {
  const { main, types } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  for (const file of [main, types]) assert.ok(fs.existsSync(path.join(ROOT, file)), file);
});

/** Packages that importing the library may load; everything else waits until it is used. */
const LOADED_ON_IMPORT = ['pure-rand'];
/** Bytes of JavaScript that importing the library may read: the time it takes grows with them, and a clock lies under load. */
const MOST_BYTES = 4e6;

test('importing the library loads one small package and under 4 MB of code: no TensorFlow, DuckDB, danfojs, jsdom or Plotly', () => {
  const script = `
    require('reluctant');
    console.log(JSON.stringify(Object.keys(require.cache)));`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { cwd: ROOT, encoding: 'utf8' });
  const files = JSON.parse(stdout) as string[];
  const packages = files.flatMap((file) => /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(file)?.[1] ?? []);
  assert.deepEqual([...new Set(packages)].filter((name) => name !== 'reluctant').sort(), LOADED_ON_IMPORT);
  const bytes = files.reduce((sum, file) => sum + fs.statSync(file).size, 0);
  assert.ok(bytes > 1e5 && bytes < MOST_BYTES, `${bytes} bytes in ${files.length} files`);
});
