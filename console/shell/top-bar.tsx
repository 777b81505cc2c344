import { Search } from "lucide-react";
import { zoneName } from "../lib/zone.ts";
import { Kbd } from "../ui/kbd.tsx";
import { EnvironmentSwitch } from "./environment-switch.tsx";
import { LiveChip } from "./live-chip.tsx";
import { Logo } from "./logo.tsx";
import { openShellPanel } from "./shell-panels.ts";

/** Which environment is looked at, how to find something, and whether what is seen is live. */
export function TopBar() {
  return (
    <header className="flex h-13 shrink-0 items-center gap-2 border-b border-line px-4 sm:px-6 max-sm:h-12">
      <span className="md:hidden">
        <Logo />
      </span>
      <EnvironmentSwitch />
      <button
        type="button"
        onClick={() => openShellPanel("palette")}
        title="Find a page, an endpoint, a rollout"
        className="ml-auto flex h-8 items-center gap-2 rounded-md border border-line bg-surface px-2.5 text-sm text-faint hover:border-line-strong hover:text-dim sm:w-56"
      >
        <Search size={14} aria-hidden />
        <span className="flex-1 text-left max-sm:sr-only">Find</span>
        <Kbd keys="mod+k" />
      </button>
      <LiveChip />
      <span className="text-2xs text-faint" title="The zone of all times, chosen where the theme is">
        {zoneName()}
      </span>
    </header>
  );
}
