import { useSyncExternalStore } from "react";

/** A window of the shell. */
export type ShellPanel = "palette" | "keys" | "pages";

let open: ShellPanel | null = null;
const watchers = new Set<() => void>();

/** Opens a window of the shell; `null` closes the one that is open. */
export function openShellPanel(panel: ShellPanel | null): void {
  open = panel;
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  return () => void watchers.delete(watcher);
};

/** Which window of the shell is open. */
export const useShellPanel = (): ShellPanel | null => useSyncExternalStore(watch, () => open);
