import { clsx } from "clsx";
import type { ReactNode } from "react";
import { useEffect } from "react";

interface PageProps {
  /** What stands in the browser's tab and, unless `heading` says more, at the top. */
  readonly title: string;
  readonly heading?: ReactNode;
  /** One line under the heading: what this is, in which state. */
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  /** For lists that fill the window and scroll by themselves. */
  readonly fill?: boolean;
  readonly children: ReactNode;
}

/** A page: heading, actions, contents. Every route file returns one. */
export function Page({ title, heading, lead, actions, fill = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Rollward`;
  }, [title]);
  return (
    <div
      className={clsx(
        "mx-auto flex w-full max-w-[88rem] flex-col gap-4 px-4 pt-4 sm:px-6 sm:pt-5",
        fill ? "h-full min-h-0 pb-2" : "pb-10",
      )}
    >
      <header className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <h1 className="text-xl font-semibold tracking-tight text-balance">{heading ?? title}</h1>
          {lead !== undefined && <div className="mt-0.5 text-sm text-dim">{lead}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
