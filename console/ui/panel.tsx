import { clsx } from "clsx";
import type { ReactNode } from "react";

interface PanelProps {
  readonly title?: ReactNode;
  /** A word beside the title: a number, what it is about. */
  readonly note?: ReactNode;
  readonly actions?: ReactNode;
  /** Without padding, for tables and charts that go to the edge. */
  readonly flush?: boolean;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A surface with a heading. */
export function Panel({ title, note, actions, flush = false, className, children }: PanelProps) {
  return (
    <section className={clsx("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {title !== undefined && (
        <header className="flex min-h-10 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-4 py-1.5">
          <h2 className="text-sm font-semibold">{title}</h2>
          {note !== undefined && <span className="text-xs text-faint">{note}</span>}
          {actions !== undefined && <div className="ml-auto flex items-center gap-1.5">{actions}</div>}
        </header>
      )}
      <div className={clsx("min-w-0", !flush && "p-4")}>{children}</div>
    </section>
  );
}
