import { ChevronsUpDown, Clock, Globe, Keyboard, LogOut, Monitor, Moon, Sun } from "lucide-react";
import { useSession, useSignOut } from "../lib/session.ts";
import { chooseTheme, useTheme } from "../lib/theme.ts";
import { chooseZone, ZONE } from "../lib/zone.ts";
import { Menu } from "../ui/menu.tsx";
import { openShellPanel } from "./shell-panels.ts";

const THEMES = [
  ["system", "Like the system", Monitor],
  ["light", "Light", Sun],
  ["dark", "Dark", Moon],
] as const;

const ZONES = [
  ["utc", "Times in UTC", Globe],
  ["local", "Times of this computer", Clock],
] as const;

/** Who is signed in, the theme, the zone of times, and the way out. */
export function SessionMenu() {
  const { data } = useSession();
  const theme = useTheme();
  const signOut = useSignOut();
  return (
    <Menu
      align="start"
      title={data === undefined ? "" : `Rollward ${data.version}`}
      trigger={
        <button
          type="button"
          className="flex h-10 w-full items-center gap-2 rounded-md px-2.5 text-left hover:bg-hover"
          aria-label={`Signed in as ${data?.key.name ?? ""}: theme, times, keys, sign out`}
        >
          <span className="min-w-0 flex-1 truncate text-xs font-medium">{data?.key.name}</span>
          <ChevronsUpDown size={14} aria-hidden className="text-faint" />
        </button>
      }
      items={[
        ...THEMES.map(([id, label, Icon]) => ({
          label,
          icon: <Icon size={14} aria-hidden />,
          chosen: theme === id,
          onSelect: () => chooseTheme(id),
        })),
        "line",
        ...ZONES.map(([id, label, Icon]) => ({
          label,
          icon: <Icon size={14} aria-hidden />,
          chosen: ZONE === id,
          onSelect: () => chooseZone(id),
        })),
        "line",
        { label: "Keys", icon: <Keyboard size={14} aria-hidden />, note: "?", onSelect: () => openShellPanel("keys") },
        { label: "Sign out", icon: <LogOut size={14} aria-hidden />, onSelect: () => signOut.mutate() },
      ]}
    />
  );
}
