import { clsx } from "clsx";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

/** One line of a menu. */
export interface MenuItem {
  readonly label: ReactNode;
  readonly icon?: ReactNode;
  readonly note?: ReactNode;
  readonly chosen?: boolean;
  readonly danger?: boolean;
  readonly onSelect: () => void;
}

interface MenuProps {
  /** What opens it: one button. */
  readonly trigger: ReactNode;
  readonly items: readonly (MenuItem | "line")[];
  readonly align?: "start" | "end";
  /** A heading above the lines. */
  readonly title?: string;
}

/** A menu under a button. Not modal: a modal one would inject styles, which the content security policy forbids. */
export function Menu({ trigger, items, align = "end", title }: MenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-40 max-h-[70dvh] min-w-48 animate-rise overflow-y-auto rounded-lg bg-raised p-1 text-sm text-ink shadow-pop"
        >
          {title !== undefined && (
            <DropdownMenu.Label className="px-2.5 py-1.5 text-xs text-faint">{title}</DropdownMenu.Label>
          )}
          {items.map((item, index) =>
            item === "line" ? (
              <DropdownMenu.Separator key={index} className="my-1 h-px bg-line" />
            ) : (
              <Line key={index} {...item} />
            ),
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

function Line({ label, icon, note, chosen = false, danger = false, onSelect }: MenuItem) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      className={clsx(
        "flex h-8 cursor-pointer items-center gap-2 rounded-md px-2.5 outline-none select-none data-highlighted:bg-hover max-sm:h-10",
        danger && "text-bad",
      )}
    >
      {icon}
      <span className="flex-1 truncate">{label}</span>
      {note !== undefined && <span className="text-xs text-faint">{note}</span>}
      {chosen && <Check size={14} aria-label="chosen" />}
    </DropdownMenu.Item>
  );
}
