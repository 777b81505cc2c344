import { Link as RouterLink } from "@tanstack/react-router";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import type { Search } from "../lib/use-search.ts";

interface LinkProps {
  /** A path of the registry, filled in: `/rollouts/rol_…`. */
  readonly to: string;
  readonly search?: Search;
  readonly className?: string;
  readonly title?: string;
  readonly children: ReactNode;
  /** Without the look of a link: the whole of something is one. */
  readonly bare?: boolean;
}

/** A link within the console; the environment of the address stays. */
export function Link({ to, search, className, bare = false, children, ...rest }: LinkProps) {
  return (
    <RouterLink
      to={to}
      search={(before: Search) => ({
        ...(before["environment"] !== undefined && { environment: before["environment"] }),
        ...search,
      })}
      className={clsx(
        !bare && "rounded-sm text-ink underline decoration-line-strong underline-offset-3 hover:decoration-current",
        className,
      )}
      {...rest}
    >
      {children}
    </RouterLink>
  );
}
