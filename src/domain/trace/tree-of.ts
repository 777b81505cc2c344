/** What a tree is made from. */
export interface TreeNode {
  readonly spanId: string;
  readonly parentSpanId: string | null;
  /** Epoch microseconds. */
  readonly startUs: number;
}

/** A node with how deep it stands; roots have 0. */
export interface PlacedNode<T> {
  readonly node: T;
  readonly depth: number;
}

/**
 * Spans as one tree, depth first, siblings in the order of their start. A span whose parent is not there is a root, and
 * so is the first of a ring: what applications send may be wrong, and every span is in the tree once.
 */
export function treeOf<T extends TreeNode>(nodes: readonly T[]): readonly PlacedNode<T>[] {
  const byId = new Map<string, T>();
  for (const node of nodes) if (!byId.has(node.spanId)) byId.set(node.spanId, node);
  const children = new Map<string, T[]>();
  const roots: T[] = [];
  const sorted = [...byId.values()].toSorted((a, b) => a.startUs - b.startUs || (a.spanId < b.spanId ? -1 : 1));
  for (const node of sorted) {
    const { parentSpanId } = node;
    if (parentSpanId === null || !byId.has(parentSpanId)) roots.push(node);
    else children.set(parentSpanId, [...(children.get(parentSpanId) ?? []), node]);
  }
  const placed: PlacedNode<T>[] = [];
  const seen = new Set<T>();
  const place = (root: T): void => {
    const waiting: PlacedNode<T>[] = [{ node: root, depth: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, depth } = next;
      if (seen.has(node)) continue;
      seen.add(node);
      placed.push(next);
      for (const child of (children.get(node.spanId) ?? []).toReversed())
        waiting.push({ node: child, depth: depth + 1 });
    }
  };
  for (const root of roots) place(root);
  for (const node of sorted) place(node);
  return placed;
}
