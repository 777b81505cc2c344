import { clsx } from "clsx";
import type { ReactNode } from "react";

/** A column of a small table. */
export interface Column<T> {
  readonly head: ReactNode;
  readonly cell: (row: T) => ReactNode;
  /** Numbers stand right. */
  readonly right?: boolean;
  /** Left out on a phone. */
  readonly wide?: boolean;
  readonly className?: string;
}

interface TableProps<T> {
  /** What the table holds, read out. */
  readonly caption: string;
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  readonly columns: readonly Column<T>[];
  readonly selected?: string | null;
  readonly onOpen?: (row: T) => void;
}

/** A table of at most some hundred rows, with numbers right and rows that can be opened. */
export function Table<T>({ caption, rows, keyOf, columns, selected = null, onOpen }: TableProps<T>) {
  return (
    // Whatever scrolls can be reached by keyboard. What is only read out stands in it too, or it would widen the page.
    <div className="relative overflow-x-auto" role="region" aria-label={caption} tabIndex={0}>
      <table className="w-full border-collapse text-left text-sm">
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" className={clsx(cellLook(column), "h-9 text-xs font-medium text-faint")}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              onClick={() => onOpen?.(row)}
              className={clsx(
                "border-t border-line",
                onOpen !== undefined && "cursor-pointer hover:bg-hover",
                selected === keyOf(row) && "bg-hover",
              )}
            >
              {columns.map((column, index) => (
                <td key={index} className={clsx(cellLook(column), "py-2.5")}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function cellLook<T>({ right = false, wide = false, className }: Column<T>): string {
  return clsx("px-3 align-middle first:pl-4 last:pr-4", right && "text-right", wide && "max-md:hidden", className);
}
