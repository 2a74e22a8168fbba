import type { TypeScript } from './engine';

type Describe = (...args: unknown[]) => unknown;
/** Internal: what the compiler asks about types while it writes declarations. */
type Resolver = Record<(typeof DESCRIBERS)[number], Describe>;

/** Functions that put a type into words; the third argument says how. */
const DESCRIBERS = [
  'createTypeOfDeclaration',
  'createReturnTypeOfSignatureDeclaration',
  'createTypeOfExpression',
] as const;

/**
 * Lets declarations name a type by the place of its file inside a package. The compiler refuses to, as such declarations
 * would not hold on another machine ("This is likely not portable", TS2742), and a cell like `const head = frame.head()`
 * would not compile. The declarations of cells never leave the kernel.
 */
export function allowTypesByPlace(ts: typeof TypeScript, checker: TypeScript.TypeChecker): void {
  const internal = checker as unknown as { getEmitResolver: (...args: unknown[]) => Resolver };
  const original = internal.getEmitResolver;
  const changed = new WeakSet<Resolver>();
  internal.getEmitResolver = (...args) => {
    const resolver = original(...args);
    if (changed.has(resolver)) return resolver;
    changed.add(resolver);
    for (const name of DESCRIBERS) {
      const describe = resolver[name];
      resolver[name] = (node, enclosing, flags, ...rest) =>
        describe(node, enclosing, (flags as number) | ts.NodeBuilderFlags.AllowNodeModulesRelativePaths, ...rest);
    }
    return resolver;
  };
}
