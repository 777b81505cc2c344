import { clsx } from "clsx";

const isApple = /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = {
  mod: isApple ? "⌘" : "Ctrl",
  Escape: "Esc",
  Enter: "↵",
  ArrowDown: "↓",
  ArrowUp: "↑",
};

/** Keys as they are pressed: `mod+k`, `g n`. Hidden where there is no keyboard. */
export function Kbd({ keys, tone = "plain" }: { keys: string; tone?: "plain" | "inverse" }) {
  return (
    <kbd aria-hidden className="ml-0.5 inline-flex gap-0.5 font-sans pointer-coarse:hidden">
      {keys.split(/[ +]/).map((key) => (
        <span
          key={key}
          className={clsx(
            "inline-flex h-4.5 min-w-4.5 items-center justify-center rounded-sm px-1 text-2xs font-medium",
            tone === "plain" ? "border border-line bg-sunken text-faint" : "border border-current/35",
          )}
        >
          {NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key)}
        </span>
      ))}
    </kbd>
  );
}
