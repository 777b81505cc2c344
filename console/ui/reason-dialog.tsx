import type { ReactNode } from "react";
import { useState } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextArea } from "./field.tsx";
import { Problem } from "./problem.tsx";

interface ReasonDialogProps {
  /** What will be done, as a question or an order: "Roll back support-bot". */
  readonly title: string;
  /** Exactly what it does, and how it is taken back. */
  readonly effect: ReactNode;
  /** On the button: "Roll back". */
  readonly verb: string;
  readonly danger?: boolean;
  /** Reasons that are often given; one click types it. */
  readonly suggestions?: readonly string[];
  readonly onClose: () => void;
  /** Resolves when it is done; what it throws is shown. */
  readonly onConfirm: (reason: string) => Promise<unknown>;
}

/** Nothing that moves traffic happens without a typed reason. Shown while it is mounted. */
export function ReasonDialog(props: ReasonDialogProps) {
  const { title, effect, verb, danger = false, suggestions = [], onClose, onConfirm } = props;
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const isReady = reason.trim() !== "" && !busy;
  const confirm = (): void => {
    if (!isReady) return;
    setBusy(true);
    setError(null);
    onConfirm(reason.trim()).then(onClose, (fault: unknown) => {
      setError(fault instanceof Error ? fault : new Error(String(fault)));
      setBusy(false);
    });
  };
  const footer = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind={danger ? "danger" : "main"} disabled={!isReady} onClick={confirm} hint="mod+Enter">
        {busy ? `${verb} …` : verb}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={title} footer={footer}>
      <div className="flex flex-col gap-4 p-5">
        <div className="text-sm text-dim text-pretty">{effect}</div>
        <TextArea
          label="Reason, for the log"
          data-first
          rows={2}
          maxLength={500}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && (event.metaKey || event.ctrlKey) && confirm()}
        />
        {suggestions.length > 0 && (
          <div className="-mt-2 flex flex-wrap gap-1.5">
            {suggestions.map((each) => (
              <Button key={each} small kind="plain" onClick={() => setReason(each)}>
                {each}
              </Button>
            ))}
          </div>
        )}
        {error !== null && <Problem error={error} />}
      </div>
    </Dialog>
  );
}
