/** What needs what, by name. Names that are needed and not there are left alone. */
export type Needs = ReadonlyMap<string, readonly string[]>;

/** Names as often as the walk has met them: not at all, on the way, done with. */
interface Walk {
  readonly needs: Needs;
  readonly done: Map<string, number>;
  readonly way: Frame[];
  readonly onWay: Set<string>;
  readonly cycles: (readonly string[])[];
}

interface Frame {
  readonly name: string;
  next: number;
  /** Longest row of needs found below it so far. */
  depth: number;
}

/** What comes of a look at all needs. */
export interface NeedsReport {
  /** Each circle once, beginning with the name that was met first: `[a, b, c]` is a needs b needs c needs a. At most 100. */
  readonly cycles: readonly (readonly string[])[];
  /** How many needs follow each other, by name; 0 needs nothing. Of no meaning within circles. */
  readonly depths: ReadonlyMap<string, number>;
}

/** Looks at what needs what, without recursion: a hostile file can list a row of ten thousand. */
export function reportNeeds(needs: Needs): NeedsReport {
  const walk: Walk = { needs, done: new Map(), way: [], onWay: new Set(), cycles: [] };
  for (const name of needs.keys()) {
    if (!walk.done.has(name)) enter(walk, name);
    while (walk.way.length > 0) step(walk);
  }
  return { cycles: walk.cycles, depths: walk.done };
}

function enter({ way, onWay }: Walk, name: string): void {
  way.push({ name, next: 0, depth: 0 });
  onWay.add(name);
}

function step(walk: Walk): void {
  const { needs, done, way, onWay } = walk;
  const frame = way.at(-1);
  if (frame === undefined) return;
  const needed = needs.get(frame.name)?.[frame.next];
  frame.next += 1;
  if (needed === undefined) {
    way.pop();
    onWay.delete(frame.name);
    done.set(frame.name, frame.depth);
    const parent = way.at(-1);
    if (parent !== undefined) parent.depth = Math.max(parent.depth, frame.depth + 1);
    return;
  }
  const known = done.get(needed);
  if (known !== undefined) frame.depth = Math.max(frame.depth, known + 1);
  else if (onWay.has(needed)) note(walk, needed);
  else if (needs.has(needed)) enter(walk, needed);
}

/** Nobody corrects more at once, and each can be as long as the file. */
const MOST_CYCLES = 100;

function note({ way, cycles }: Walk, first: string): void {
  if (cycles.length >= MOST_CYCLES) return;
  cycles.push(way.slice(way.findIndex(({ name }) => name === first)).map(({ name }) => name));
}
