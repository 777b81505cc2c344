import { Link } from "@tanstack/react-router";
import { Menu as MenuIcon } from "lucide-react";
import { NAV_PAGES, onlyEnvironment } from "./nav-links.tsx";
import { openShellPanel } from "./shell-panels.ts";

const ITEM = "flex min-w-0 flex-1 flex-col items-center gap-0.5 pt-2 pb-1.5 text-2xs font-medium";

/** The navigation of a phone, where the thumb is. */
export function PhoneBar() {
  return (
    <nav
      aria-label="Main pages"
      className="flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {NAV_PAGES.filter(({ nav }) => nav.phone === true).map(({ path, nav: { label, icon: Icon } }) => (
        <Link
          key={path}
          to={path}
          search={onlyEnvironment}
          activeOptions={{ exact: path === "/", includeSearch: false }}
          className={ITEM}
          activeProps={{ className: "text-ink" }}
          inactiveProps={{ className: "text-dim" }}
        >
          <Icon size={19} strokeWidth={1.9} aria-hidden />
          {label}
        </Link>
      ))}
      <button type="button" className={`${ITEM} text-dim`} onClick={() => openShellPanel("pages")}>
        <MenuIcon size={19} strokeWidth={1.9} aria-hidden />
        More
      </button>
    </nav>
  );
}
