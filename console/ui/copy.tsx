import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { IconButton } from "./button.tsx";
import { toast } from "./toast.tsx";

const SHOWN_MS = 1_500;

/** Browsers have a clipboard only over TLS and on the machine itself. */
const copyText = async (text: string): Promise<void> => navigator.clipboard.writeText(text);

const notCopied = (): void =>
  toast({ state: "bad", text: "The browser lets this page copy nothing: select the text and copy it yourself." });

/** Copies a text. */
export function CopyButton({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <IconButton
      icon={copied ? Check : Copy}
      size={14}
      label={copied ? "Copied" : label}
      onClick={() => void copyText(text).then(() => setCopied(true), notCopied)}
    />
  );
}

/** Lines to copy: a command, a program. Long lines scroll. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative rounded-md border border-line bg-sunken">
      <pre tabIndex={0} aria-label={label} className="overflow-x-auto py-2.5 pr-11 pl-3.5 font-mono text-xs">
        {text}
      </pre>
      <div className="absolute top-0.5 right-0.5 rounded-md bg-sunken">
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
    </div>
  );
}

/** An id or a digest: short to read, whole to copy. */
export function Id({ text, length = 12 }: { text: string; length?: number }) {
  return (
    <span className="inline-flex min-w-0 items-center gap-0.5">
      <code title={text} className="truncate font-mono text-xs text-dim">
        {text.length > length + 2 ? `${text.slice(0, length)}…` : text}
      </code>
      <CopyButton text={text} label={`Copy ${text.slice(0, 24)}`} />
    </span>
  );
}
