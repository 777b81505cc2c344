import { useSyncExternalStore } from "react";

/** What a person chose; `system` follows the machine. */
export type Theme = "system" | "light" | "dark";

const STORED = "rollward.theme";
const watchers = new Set<() => void>();

const read = (): Theme => {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
};

/** Takes a theme at once and remembers it; public/theme.js reads it before the first paint. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  try {
    if (theme === "system") localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, theme);
  } catch {
    // Then it holds until the page is closed.
  }
  for (const watcher of watchers) watcher();
}

const watch = (watcher: () => void): (() => void) => {
  watchers.add(watcher);
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", watcher);
  return () => {
    watchers.delete(watcher);
    system.removeEventListener("change", watcher);
  };
};

/** The theme that was chosen. */
export const useTheme = (): Theme => useSyncExternalStore(watch, read);

/** Whether it is dark now, whoever decided so: for canvases, which know no CSS. */
export const useIsDark = (): boolean =>
  useSyncExternalStore(watch, () => {
    const chosen = read();
    return chosen === "system" ? matchMedia("(prefers-color-scheme: dark)").matches : chosen === "dark";
  });
