import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

/** `main`: the one thing to do here. `danger`: takes something away from users. `quiet`: everything else. */
export type ButtonKind = "main" | "plain" | "quiet" | "danger";

const KINDS = {
  main: "bg-ink text-inverse hover:opacity-88",
  plain: "border border-line-strong bg-surface text-ink hover:bg-hover",
  quiet: "text-dim hover:bg-hover hover:text-ink",
  danger: "bg-bad-solid text-on-bad hover:opacity-90",
} as const;

/** The look of a button, for links that act like one. */
export const buttonLook = (kind: ButtonKind = "plain", small = false): string =>
  clsx(
    "inline-flex items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none",
    "disabled:pointer-events-none disabled:opacity-45",
    small ? "h-7 px-2 text-xs" : "h-8 px-3 text-sm max-sm:h-9",
    KINDS[kind],
  );

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly kind?: ButtonKind;
  readonly small?: boolean;
  readonly icon?: LucideIcon;
  /** The key that does the same, shown beside the label. */
  readonly hint?: string;
  readonly children?: ReactNode;
}

/** A button. `busy` work shows by `disabled` and its label. */
export function Button({ kind = "plain", small = false, icon: Icon, hint, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" className={clsx(buttonLook(kind, small), className)} {...rest}>
      {Icon !== undefined && <Icon size={small ? 13 : 15} aria-hidden className="shrink-0" />}
      {children}
      {hint !== undefined && <Kbd keys={hint} tone={kind === "main" || kind === "danger" ? "inverse" : "plain"} />}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: LucideIcon;
  /** What it does: there is no word to be seen. */
  readonly label: string;
  readonly size?: number;
}

/** A button that is only an icon; its label is its title. */
export function IconButton({ icon: Icon, label, size = 16, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={clsx(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim transition-colors hover:bg-hover hover:text-ink max-sm:size-9",
        "disabled:pointer-events-none disabled:opacity-45",
        className,
      )}
      {...rest}
    >
      <Icon size={size} aria-hidden />
    </button>
  );
}
