import type { TF } from '../core';

/** Tensors by name, in groups within groups: what a step is given, as one typed value. */
export type TensorTree = { readonly [name: string]: TF.Tensor | TensorTree };

/** The names of a tree, in an order that stays. */
export type TreeNames = readonly (readonly [name: string, within: TreeNames | undefined])[];

const isTensor = (node: TF.Tensor | TensorTree): node is TF.Tensor => 'dataId' in node;

/** The names of a tree as it is now. */
export function namesOf(tree: TensorTree): TreeNames {
  return Object.entries(tree).map(([name, node]) => [name, isTensor(node) ? undefined : namesOf(node)] as const);
}

/** The tensors of a tree, in the order of `names`, by default its own. */
export function leavesOf(tree: TensorTree, names: TreeNames = namesOf(tree)): TF.Tensor[] {
  return names.flatMap(([name, within]) => {
    const node = tree[name]!;
    return within ? leavesOf(node as TensorTree, within) : [node as TF.Tensor];
  });
}

/** A tree of the same names with other tensors. */
export function mapTree<Tree extends TensorTree>(tree: Tree, map: (tensor: TF.Tensor) => TF.Tensor): Tree {
  const entries = Object.entries(tree).map(([name, node]) => [name, isTensor(node) ? map(node) : mapTree(node, map)]);
  return Object.fromEntries(entries) as Tree;
}

/** A tree of `names` with `tensors` in the order of {@link leavesOf}; takes them off the front of the list. */
export function takeTree<Tree extends TensorTree>(names: TreeNames, tensors: TF.Tensor[]): Tree {
  const entries = names.map(([name, within]) => [name, within ? takeTree(within, tensors) : tensors.shift()!]);
  return Object.fromEntries(entries) as Tree;
}
