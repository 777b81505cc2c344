import { clsx } from "clsx";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";

interface DialogProps {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** Whether its heading is shown; it is always read out. */
  readonly bareHead?: boolean;
  readonly wide?: boolean;
  /** A press beside it does not close it: what it shows cannot be had again. */
  readonly firm?: boolean;
  /** Nothing in its body takes the focus: the body does, so that a keyboard can scroll it. */
  readonly onlyText?: boolean;
  readonly children: ReactNode;
  readonly footer?: ReactNode;
}

/** A window over the page: the browser's own dialog, which keeps focus, closes by Esc and injects no styles. */
export function Dialog({
  open,
  onClose,
  title,
  bareHead = false,
  wide = false,
  firm = false,
  onlyText = false,
  children,
  footer,
}: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    // A dialog that is taken out of the page while it is open gives the focus back to nobody.
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog?.open === false) {
      dialog.showModal();
      // The browser would take the first thing that can have the focus, a button to close for one.
      (dialog.querySelector<HTMLElement>("[data-first]") ?? dialog).focus();
    }
    if (!open && dialog?.open === true) dialog.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={element}
      tabIndex={-1}
      aria-labelledby={heading}
      onClose={onClose}
      onMouseDown={(event) => !firm && event.target === element.current && onClose()}
      className={clsx(
        "m-auto max-h-[88dvh] outline-none w-full rounded-xl bg-raised p-0 text-ink shadow-pop open:flex open:flex-col open:animate-rise",
        "max-sm:mb-0 max-sm:max-w-none max-sm:rounded-b-none sm:mt-[12dvh]",
        wide ? "sm:max-w-3xl" : "sm:max-w-lg",
      )}
    >
      <header className={clsx(bareHead ? "sr-only" : "flex items-center gap-3 border-b border-line py-2 pr-2 pl-5")}>
        <h2 id={heading} className="min-w-0 flex-1 truncate text-base font-semibold">
          {title}
        </h2>
        {!bareHead && <IconButton icon={X} label="Close" onClick={onClose} />}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto" {...(onlyText && reachable(heading))}>
        {children}
      </div>
      {footer !== undefined && (
        <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          {footer}
        </footer>
      )}
    </dialog>
  );
}

/** What takes the focus and says what it is. */
const reachable = (heading: string) => ({ tabIndex: 0, role: "region", "aria-labelledby": heading }) as const;
