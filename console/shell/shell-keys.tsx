import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useKeys } from "../lib/keys.ts";
import { KeysHelp } from "./keys-help.tsx";
import { NAV_PAGES, onlyEnvironment } from "./nav-links.tsx";
import { PagesSheet } from "./pages-sheet.tsx";
import { openShellPanel, useShellPanel } from "./shell-panels.ts";

const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

/** The first box to search in on the page. */
function focusSearch(): void {
  const box = document.querySelector<HTMLInputElement>("#page input[type=search]");
  if (box === null) openShellPanel("palette");
  else box.select();
}

/** The keys that work everywhere, and the windows they open. */
export function ShellKeys() {
  const panel = useShellPanel();
  const navigate = useNavigate();
  useKeys("Everywhere", [
    { key: "mod+k", does: "Find a page, an endpoint, a rollout", run: () => openShellPanel("palette") },
    { key: "/", does: "Search on this page", run: focusSearch },
    { key: "?", does: "Keys", run: () => openShellPanel("keys") },
  ]);
  useKeys(
    "Go to",
    NAV_PAGES.map(({ path, nav }) => ({
      key: `g ${nav.key}`,
      does: nav.label,
      run: () => void navigate({ to: path, search: onlyEnvironment }),
    })),
  );
  return (
    <>
      {panel === "keys" && <KeysHelp />}
      {panel === "pages" && <PagesSheet />}
      {panel === "palette" && (
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      )}
    </>
  );
}
