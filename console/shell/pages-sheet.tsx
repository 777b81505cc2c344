import { LogOut } from "lucide-react";
import { useSession, useSignOut } from "../lib/session.ts";
import { chooseTheme, useTheme } from "../lib/theme.ts";
import type { Theme } from "../lib/theme.ts";
import { chooseZone, ZONE } from "../lib/zone.ts";
import type { Zone } from "../lib/zone.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Choice } from "../ui/tabs.tsx";
import { NavLinks } from "./nav-links.tsx";
import { openShellPanel } from "./shell-panels.ts";

const THEMES = [
  ["system", "System"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

const ZONES = [
  ["utc", "UTC"],
  ["local", "Local times"],
] as const;

/** All pages, on a phone, and what the menu of a wide window has: no menu opens over a dialog. */
export function PagesSheet() {
  const { data } = useSession();
  const theme = useTheme();
  const signOut = useSignOut();
  const close = (): void => openShellPanel(null);
  return (
    <Dialog open title="Pages" onClose={close}>
      <div className="p-3">
        <NavLinks onGo={close} />
        <div className="mt-3 flex flex-wrap items-center justify-between gap-3 border-t border-line px-2.5 pt-4 pb-2">
          <Choice label="Theme" options={THEMES} value={theme} onChoose={(value) => chooseTheme(value as Theme)} />
          <Choice label="Times" options={ZONES} value={ZONE} onChoose={(value) => chooseZone(value as Zone)} />
          <Button icon={LogOut} onClick={() => signOut.mutate()}>
            Sign out
          </Button>
          <span className="w-full text-xs text-faint">
            Signed in as {data?.key.name} · Rollward {data?.version}
          </span>
        </div>
      </div>
    </Dialog>
  );
}
