import { Logo } from "./logo.tsx";
import { NavLinks } from "./nav-links.tsx";
import { SessionMenu } from "./session-menu.tsx";

/** The navigation of a wide window. */
export function Sidebar() {
  return (
    <aside className="flex w-52 shrink-0 flex-col border-r border-line bg-sunken max-md:hidden">
      <div className="flex h-13 items-center gap-2.5 px-4.5 text-base font-semibold tracking-tight">
        <Logo />
        Rollward
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
        <NavLinks />
      </div>
      <div className="border-t border-line p-2">
        <SessionMenu />
      </div>
    </aside>
  );
}
