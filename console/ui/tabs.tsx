import { clsx } from "clsx";
import type { ReactNode } from "react";
import { useEffect, useRef } from "react";
import { useSearchState } from "../lib/use-search.ts";

interface Tab {
  readonly id: string;
  readonly label: ReactNode;
}

interface TabsProps {
  /** The name under which the choice stands in the address. */
  readonly name: string;
  readonly label: string;
  readonly tabs: readonly Tab[];
}

/** Which tab is chosen: the one in the address, else the first. */
export function useTab(name: string, tabs: readonly Tab[]): string {
  const [search] = useSearchState();
  const chosen = search[name];
  return tabs.find(({ id }) => id === chosen)?.id ?? tabs[0]?.id ?? "";
}

/** Views of one thing; the choice stands in the address. */
export function Tabs({ name, label, tabs }: TabsProps) {
  const [, change] = useSearchState();
  const chosen = useTab(name, tabs);
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const tab = group.current?.querySelector<HTMLElement>("[aria-pressed=true]");
    // On a phone they do not all fit. Only they move: the page stays where it is.
    if (group.current && tab)
      group.current.scrollLeft = tab.offsetLeft + (tab.offsetWidth - group.current.clientWidth) / 2;
  }, [chosen]);
  return (
    <div
      ref={group}
      role="group"
      aria-label={label}
      className="relative -mb-px flex gap-4 overflow-x-auto border-b border-line"
    >
      {tabs.map(({ id, label: text }, index) => (
        <button
          key={id}
          type="button"
          aria-pressed={id === chosen}
          onClick={() => change({ [name]: index === 0 ? null : id }, { replace: false })}
          className={clsx(
            "-mb-px border-b-2 px-0.5 py-2 text-sm font-medium whitespace-nowrap transition-colors",
            id === chosen ? "border-ink text-ink" : "border-transparent text-dim hover:text-ink",
          )}
        >
          {text}
        </button>
      ))}
    </div>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly options: readonly (readonly [value: string, text: string])[];
  readonly value: string;
  readonly onChoose: (value: string) => void;
}

/** One of two to five, side by side. */
export function Choice({ label, options, value, onChoose }: ChoiceProps) {
  return (
    <div role="group" aria-label={label} className="inline-flex rounded-md border border-line bg-sunken p-0.5">
      {options.map(([each, text]) => (
        <button
          key={each}
          type="button"
          aria-pressed={each === value}
          onClick={() => onChoose(each)}
          className={clsx(
            "h-6.5 rounded-sm px-2.5 text-xs font-medium whitespace-nowrap transition-colors max-sm:h-8",
            each === value ? "bg-raised text-ink shadow-sm" : "text-dim hover:text-ink",
          )}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
