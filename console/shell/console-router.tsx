import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from "@tanstack/react-router";
import type { AnyRouter } from "@tanstack/react-router";
import { PAGES } from "../routes/registry.ts";
import type { Search } from "../lib/use-search.ts";
import { PageFault } from "./page-fault.tsx";
import { NoSuchPage } from "./no-such-page.tsx";
import { Shell } from "./shell.tsx";
import { SkeletonRows } from "../ui/skeleton.tsx";

/** The pages of the registry under one shell. What stands after the `?` is plain text: no JSON in addresses. */
export function createConsoleRouter(): AnyRouter {
  const root = createRootRoute({
    component: Shell,
    notFoundComponent: NoSuchPage,
    validateSearch: (search: Record<string, unknown>): Search => search as Search,
    search: { middlewares: [retainSearchParams(["environment"])] },
  });
  const pages = PAGES.map(({ path, load }) =>
    createRoute({
      getParentRoute: () => root,
      path,
      component: lazyRouteComponent(async () => ({ Page: await load() }), "Page"),
    }),
  );
  return createRouter({
    routeTree: root.addChildren(pages),
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => {
      const entries = Object.entries(search).filter(([, value]) => value !== undefined && value !== "");
      const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString();
      return text === "" ? "" : `?${text}`;
    },
    defaultPreload: "intent",
    defaultPendingComponent: SkeletonRows,
    defaultErrorComponent: PageFault,
    scrollRestoration: false,
  });
}
