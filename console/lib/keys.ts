import { useEffect, useEffectEvent, useSyncExternalStore } from "react";

/** What a key does: `j`, `?`, `Escape`, `mod+k` (⌘ or Ctrl), or two in a row, `g n`. */
export interface Binding {
  readonly key: string;
  /** For the help, e.g. "Next call". */
  readonly does: string;
  readonly run: () => void;
}

interface Group {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

let groups: readonly Group[] = [];
const watchers = new Set<() => void>();
let waiting: { readonly key: string; readonly until: number } | null = null;

/** How long after its first key a pair may be finished, ms. */
const PAIR_MS = 1_200;

/** Where letters are text. A box that was ticked keeps the focus, and has no use for them. */
const TYPED_INTO = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true], .cm-editor";

const isTyping = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target.closest(TYPED_INTO) !== null;

/** Enter on a link or a button is for that alone. */
const isPressing = ({ key, target }: KeyboardEvent): boolean =>
  key === "Enter" && target instanceof Element && target.closest("a, button, summary, [role^=menuitem]") !== null;

function nameOf({ key, metaKey, ctrlKey, altKey }: KeyboardEvent): string | null {
  if (altKey) return null;
  if (metaKey || ctrlKey) return `mod+${key.toLowerCase()}`;
  return key.length === 1 && key !== key.toUpperCase() ? key : key.length === 1 ? key.toLowerCase() : key;
}

/** The newest group that knows a key has it: a panel over a page comes before the page. */
function find(key: string): Binding | undefined {
  for (const { bindings } of groups.toReversed()) {
    const found = bindings.find((each) => each.key === key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || isPressing(event)) return;
  const name = nameOf(event);
  if (name === null) return;
  if (isTyping(event) && !name.startsWith("mod+") && name !== "Escape") return;
  // A dialog has the keys to itself.
  if (document.querySelector("dialog[open]") !== null && !name.startsWith("mod+")) return;
  const pair = waiting !== null && waiting.until > event.timeStamp ? `${waiting.key} ${name}` : null;
  waiting = null;
  const binding = (pair === null ? undefined : find(pair)) ?? find(name);
  if (binding !== undefined) {
    event.preventDefault();
    binding.run();
  } else if (groups.some(({ bindings }) => bindings.some(({ key }) => key.startsWith(`${name} `)))) {
    waiting = { key: name, until: event.timeStamp + PAIR_MS };
  }
}

function register(group: Group): () => void {
  if (groups.length === 0) window.addEventListener("keydown", onKey);
  groups = [...groups, group];
  for (const watcher of watchers) watcher();
  return () => {
    groups = groups.filter((each) => each !== group);
    if (groups.length === 0) window.removeEventListener("keydown", onKey);
    for (const watcher of watchers) watcher();
  };
}

/** Binds keys while the component is shown and `enabled`. Names of keys may not change from one drawing to the next. */
export function useKeys(title: string, bindings: readonly Binding[], enabled = true): void {
  const run = useEffectEvent((key: string) => bindings.find((each) => each.key === key)?.run());
  const shape = bindings.map(({ key, does }) => `${key}\t${does}`).join("\n");
  useEffect(() => {
    if (!enabled || shape === "") return undefined;
    const own = shape.split("\n").map((line) => {
      const [key = "", does = ""] = line.split("\t");
      return { key, does, run: () => run(key) };
    });
    return register({ title, bindings: own });
  }, [title, shape, enabled]);
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

/** Everything that is bound now, for the help. */
export const useBoundKeys = (): readonly Group[] => useSyncExternalStore(watch, () => groups);
