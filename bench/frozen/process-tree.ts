import { readdirSync, readFileSync } from "node:fs";

/** The parent of every process, by id. */
function parents(): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // The name of the program stands in parentheses and may hold anything; the parent is the second field after it.
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      found.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** A process and everything below it, the root first. */
function treeOf(root: number): readonly number[] {
  const tree = [root];
  const all = parents();
  for (let at = 0; at < tree.length; at += 1) {
    for (const [child, parent] of all) if (parent === tree[at]) tree.push(child);
  }
  return tree;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** Stops a process and everything below it, the root first, so that it starts no more; says how many they are. */
export function freeze(root: number): number {
  signal(root, "SIGSTOP");
  const tree = treeOf(root);
  for (const pid of tree) signal(pid, "SIGSTOP");
  return tree.length;
}

/** Lets them go on, the root last. */
export function thaw(root: number): void {
  for (const pid of treeOf(root).toReversed()) signal(pid, "SIGCONT");
}
