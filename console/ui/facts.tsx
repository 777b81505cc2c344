import type { ReactNode } from "react";
import { Fragment } from "react";

/** Names and values, one a line; `null` values are left out. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: ReactNode] | null)[] }) {
  return (
    <dl className="grid grid-cols-[minmax(6rem,max-content)_minmax(0,1fr)] gap-x-5 gap-y-2 text-sm">
      {rows
        .filter((row) => row !== null)
        .map(([name, value]) => (
          <Fragment key={name}>
            <dt className="text-dim">{name}</dt>
            <dd className="min-w-0 break-words">{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
