import { lazy } from '../../core';
import type { TypeScript } from '../compiler/engine';
import type { Kind } from './kinds';

/** The TypeScript of the kernel: what it cannot parse, the kernel could not run either. */
export const ts = lazy(() => require('typescript') as typeof TypeScript);

/** The type aliases and interfaces that the cell declares, by name. */
export type LocalTypes = ReadonlyMap<string, TypeScript.TypeNode | TypeScript.InterfaceDeclaration>;

/** How deep aliases may refer to each other (a type may contain itself). */
const DEEPEST = 20;

/** The kind of an annotation. */
export function kindOfType(node: TypeScript.TypeNode, types: LocalTypes, depth = 0): Kind {
  const inner = (type: TypeScript.TypeNode): Kind => kindOfType(type, types, depth + 1);
  const { SyntaxKind } = ts;
  if (depth > DEEPEST) return { is: 'any' };
  if (ts.isParenthesizedTypeNode(node)) return inner(node.type);
  if (ts.isArrayTypeNode(node)) return { is: 'array', of: inner(node.elementType) };
  if (ts.isUnionTypeNode(node)) return { is: 'union', of: node.types.map(inner) };
  if (ts.isLiteralTypeNode(node)) return kindOfLiteral(node.literal) ?? { is: 'any' };
  if (ts.isTypeLiteralNode(node)) return kindOfMembers(node.members, inner);
  if (ts.isTypeOperatorNode(node)) {
    return node.operator === SyntaxKind.ReadonlyKeyword ? inner(node.type) : { is: 'any' };
  }
  if (ts.isTupleTypeNode(node)) {
    const plain = node.elements.every(
      (element) => !ts.isRestTypeNode(element) && !ts.isOptionalTypeNode(element) && !ts.isNamedTupleMember(element),
    );
    return plain ? { is: 'tuple', of: node.elements.map(inner) } : { is: 'any' };
  }
  if (ts.isTypeReferenceNode(node)) return kindOfReference(node, types, inner);
  if (ts.isFunctionTypeNode(node)) return { is: 'unsettable' };
  const simple = new Map<TypeScript.SyntaxKind, Kind>([
    [SyntaxKind.NumberKeyword, { is: 'number' }],
    [SyntaxKind.StringKeyword, { is: 'string' }],
    [SyntaxKind.BooleanKeyword, { is: 'boolean' }],
    [SyntaxKind.BigIntKeyword, { is: 'unsettable' }],
    [SyntaxKind.SymbolKeyword, { is: 'unsettable' }],
    [SyntaxKind.UndefinedKeyword, { is: 'unsettable' }],
    [SyntaxKind.NeverKeyword, { is: 'unsettable' }],
  ]);
  return simple.get(node.kind) ?? { is: 'any' };
}

function kindOfReference(
  node: TypeScript.TypeReferenceNode,
  types: LocalTypes,
  inner: (type: TypeScript.TypeNode) => Kind,
): Kind {
  if (!ts.isIdentifier(node.typeName)) return { is: 'any' };
  const name = node.typeName.text;
  const [first, second] = node.typeArguments ?? [];
  const local = types.get(name);
  if (local && node.typeArguments === undefined) {
    if (!ts.isInterfaceDeclaration(local)) return inner(local);
    return local.heritageClauses || local.typeParameters ? { is: 'any' } : kindOfMembers(local.members, inner);
  }
  if (local) return { is: 'any' };
  if ((name === 'Array' || name === 'ReadonlyArray') && first) return { is: 'array', of: inner(first) };
  if (name === 'Readonly' && first) return inner(first);
  if (name === 'Record' && first && second && first.kind === ts.SyntaxKind.StringKeyword) {
    return { is: 'record', of: inner(second) };
  }
  const never = ['Date', 'Map', 'Set', 'Promise', 'RegExp', 'Function', 'Float32Array', 'Float64Array'];
  return { is: never.includes(name) ? 'unsettable' : 'any' };
}

function kindOfMembers(members: Iterable<TypeScript.TypeElement>, inner: (type: TypeScript.TypeNode) => Kind): Kind {
  const fields = new Map<string, { kind: Kind; optional: boolean }>();
  for (const member of members) {
    if (!ts.isPropertySignature(member) || !member.type) return { is: 'any' };
    const name = fieldName(member.name);
    if (name === undefined) return { is: 'any' };
    fields.set(name, { kind: inner(member.type), optional: member.questionToken !== undefined });
  }
  return { is: 'object', fields };
}

function fieldName(name: TypeScript.PropertyName): string | undefined {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) || ts.isNumericLiteral(name) ? name.text : undefined;
}

/** The kind of a literal (also `-1`), as it stands in a type. */
function kindOfLiteral(node: TypeScript.Node): Kind | undefined {
  const { SyntaxKind } = ts;
  if (ts.isStringLiteralLike(node)) return { is: 'literal', value: node.text };
  if (ts.isNumericLiteral(node)) return { is: 'literal', value: Number(node.text) };
  if (node.kind === SyntaxKind.TrueKeyword) return { is: 'literal', value: true };
  if (node.kind === SyntaxKind.FalseKeyword) return { is: 'literal', value: false };
  if (node.kind === SyntaxKind.NullKeyword) return { is: 'null' };
  if (ts.isBigIntLiteral(node)) return { is: 'unsettable' };
  if (ts.isPrefixUnaryExpression(node) && node.operator === SyntaxKind.MinusToken) {
    const inner = kindOfLiteral(node.operand);
    return inner?.is === 'literal' && typeof inner.value === 'number' ? { is: 'literal', value: -inner.value } : inner;
  }
  return undefined;
}

/** The kind that TypeScript infers for `let name = value`: literals are widened to their type. */
export function kindOfValue(node: TypeScript.Expression, types: LocalTypes): Kind {
  const literal = kindOfLiteral(node);
  if (literal) return widened(literal);
  if (ts.isParenthesizedExpression(node)) return kindOfValue(node.expression, types);
  if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node)) {
    const isConst = ts.isTypeReferenceNode(node.type) && node.type.getText() === 'const';
    if (ts.isAsExpression(node) && !isConst) return kindOfType(node.type, types);
    return isConst ? { is: 'any' } : kindOfValue(node.expression, types);
  }
  if (ts.isTemplateExpression(node)) return { is: 'string' };
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { is: 'unsettable' };
  if (ts.isArrayLiteralExpression(node)) {
    if (node.elements.some((element) => ts.isSpreadElement(element))) return { is: 'any' };
    const kinds = distinct(node.elements.map((element) => kindOfValue(element, types)));
    const of: Kind = kinds.length === 0 ? { is: 'any' } : kinds.length === 1 ? kinds[0]! : { is: 'union', of: kinds };
    return { is: 'array', of };
  }
  if (ts.isObjectLiteralExpression(node)) {
    const fields = new Map<string, { kind: Kind; optional: boolean }>();
    for (const property of node.properties) {
      const name = property.name && fieldName(property.name);
      if (!ts.isPropertyAssignment(property) || name === undefined) return { is: 'any' };
      fields.set(name, { kind: kindOfValue(property.initializer, types), optional: false });
    }
    return { is: 'object', fields };
  }
  if (ts.isBinaryExpression(node)) {
    const arithmetic = ['*', '/', '-', '%', '**'].includes(node.operatorToken.getText());
    const [left, right] = [kindOfValue(node.left, types), kindOfValue(node.right, types)];
    if (arithmetic && left.is === 'number' && right.is === 'number') return { is: 'number' };
  }
  return { is: 'any' };
}

/** `let x = null` has the type any. */
function widened(kind: Kind): Kind {
  if (kind.is === 'null') return { is: 'any' };
  return kind.is === 'literal' ? { is: typeof kind.value as 'number' | 'string' | 'boolean' } : kind;
}

function distinct(kinds: Kind[]): Kind[] {
  const seen = new Map(kinds.map((kind) => [describe(kind), kind]));
  return [...seen.values()];
}

/** A text that is equal for equal kinds. */
function describe(kind: Kind): string {
  return JSON.stringify(kind, (_, value: unknown) => (value instanceof Map ? [...value] : value));
}
