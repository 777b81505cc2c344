import { clsx } from "clsx";
import { ChevronDown, Search } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { useId } from "react";

const BOX =
  "w-full rounded-md border border-line-strong bg-surface text-sm text-ink placeholder:text-faint focus-visible:outline-offset-0 disabled:opacity-50";

interface Labelled {
  readonly label: string;
  /** What to write there, or what is wrong with what is there. */
  readonly hint?: ReactNode;
  /** The label is only read out. */
  readonly bare?: boolean;
}

function Frame({ id, label, hint, bare = false, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className={clsx(bare ? "sr-only" : "text-xs font-medium text-dim")}>
        {label}
      </label>
      {children}
      {hint !== undefined && <p className="text-xs text-faint">{hint}</p>}
    </div>
  );
}

/** One line of text. */
export function Input({ label, hint, bare, className, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} bare={bare ?? false}>
      <input id={id} className={clsx(BOX, "h-8 px-2.5 max-sm:h-9", className)} {...rest} />
    </Frame>
  );
}

/** A box to search in, with its sign. */
export function SearchInput({ label, className, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <div className={clsx("relative", className)}>
      <Search size={14} aria-hidden className="absolute top-1/2 left-2.5 -translate-y-1/2 text-faint" />
      <input
        type="search"
        aria-label={label}
        className={clsx(BOX, "h-8 pr-2.5 pl-8 max-sm:h-9")}
        autoComplete="off"
        spellCheck={false}
        {...rest}
      />
    </div>
  );
}

/** Text of several lines. */
export function TextArea({
  label,
  hint,
  bare,
  className,
  ...rest
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} bare={bare ?? false}>
      <textarea id={id} className={clsx(BOX, "px-2.5 py-1.5", className)} {...rest} />
    </Frame>
  );
}

interface SelectProps extends Labelled, SelectHTMLAttributes<HTMLSelectElement> {
  /** Values and what stands for them. */
  readonly options: readonly (readonly [value: string, text: string])[];
}

/** One of a few: the browser's own list, which a phone shows well. */
export function Select({ label, hint, bare, options, className, ...rest }: SelectProps) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} bare={bare ?? false}>
      <div className="relative">
        <select id={id} className={clsx(BOX, "h-8 appearance-none pr-7 pl-2.5 max-sm:h-9", className)} {...rest}>
          {options.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
        <ChevronDown
          size={14}
          aria-hidden
          className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-faint"
        />
      </div>
    </Frame>
  );
}

/** Yes or no. */
export function Checkbox({ label, className, ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className={clsx("inline-flex items-center gap-2 text-sm", className)}>
      <input type="checkbox" className="size-4 accent-(--color-ink)" {...rest} />
      {label}
    </label>
  );
}
