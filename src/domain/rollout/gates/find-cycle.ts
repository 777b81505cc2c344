/** Which endpoints each endpoint waits for. */
export type Dependencies = ReadonlyMap<string, readonly string[]>;

/** A circle of endpoints that wait for one another, the first one again at its end; `null` when there is none. */
export function findCycle(dependencies: Dependencies): readonly string[] | null {
  const done = new Set<string>();
  for (const start of dependencies.keys()) {
    const cycle = cycleFrom(start, { dependencies, done });
    if (cycle !== null) return cycle;
  }
  return null;
}

/** Depth first without recursion: a chain may be as long as there are endpoints. */
function cycleFrom(
  start: string,
  { dependencies, done }: { readonly dependencies: Dependencies; readonly done: Set<string> },
): readonly string[] | null {
  const path: string[] = [];
  const open: { readonly name: string; readonly rest: string[] }[] = [];
  const enter = (name: string): void => {
    path.push(name);
    open.push({ name, rest: [...(dependencies.get(name) ?? [])] });
  };
  if (!done.has(start)) enter(start);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.rest.pop();
    if (next === undefined) {
      done.add(top.name);
      open.pop();
      path.pop();
    } else if (path.includes(next)) {
      return [...path.slice(path.indexOf(next)), next];
    } else if (!done.has(next)) {
      enter(next);
    }
  }
  return null;
}
