import { Link } from "@tanstack/react-router";
import type { Search } from "../lib/use-search.ts";
import { PAGES } from "../routes/registry.ts";
import type { NavEntry, PageEntry } from "../routes/registry.ts";
import { Kbd } from "../ui/kbd.tsx";

/** A page that stands in the navigation. */
export type NavPage = PageEntry & { readonly nav: NavEntry };

/** The pages of the navigation, in its order. */
export const NAV_PAGES: readonly NavPage[] = PAGES.filter((page): page is NavPage => page.nav !== undefined);

const GROUPS = [
  ["watch", "Watch"],
  ["ship", "Ship"],
  ["spend", "Spend"],
  ["run", "Run"],
] as const;

/** What stays when another page is opened: only the environment. */
export const onlyEnvironment = ({ environment }: Search): Search => (environment === undefined ? {} : { environment });

/** The navigation, in groups. */
export function NavLinks({ onGo }: { onGo?: () => void }) {
  return (
    <nav aria-label="Pages" className="flex flex-col gap-4">
      {GROUPS.map(([group, title]) => {
        const pages = NAV_PAGES.filter(({ nav }) => nav.group === group);
        if (pages.length === 0) return null;
        return (
          <div key={group}>
            <div className="px-2.5 pb-1 text-2xs font-medium tracking-wide text-faint uppercase">{title}</div>
            <ul className="flex flex-col gap-px">
              {pages.map((page) => (
                <li key={page.path}>
                  <NavLink page={page} {...(onGo !== undefined && { onGo })} />
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}

function NavLink({ page: { path, nav }, onGo }: { page: NavPage; onGo?: () => void }) {
  const Icon = nav.icon;
  return (
    <Link
      to={path}
      search={onlyEnvironment}
      activeOptions={{ exact: path === "/", includeSearch: false }}
      {...(onGo !== undefined && { onClick: onGo })}
      className="group flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm font-medium max-md:h-11 max-md:text-base"
      activeProps={{ className: "bg-surface text-ink ring-1 ring-line", "aria-current": "page" }}
      inactiveProps={{ className: "text-dim hover:bg-hover hover:text-ink" }}
    >
      <Icon size={15} strokeWidth={2} aria-hidden className="shrink-0" />
      <span className="flex-1 truncate">{nav.label}</span>
      <span className="hidden group-hover:block max-md:hidden">
        <Kbd keys={`g ${nav.key}`} />
      </span>
    </Link>
  );
}
