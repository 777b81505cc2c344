import { Download } from "lucide-react";
import type { showReport } from "../../../src/contract/reports.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer } from "../../lib/api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";

/** Saves the report as one page that needs nothing else. */
export function SaveReport({ kind, name }: { kind: "week" | "month"; name: string }) {
  const { environment } = useEnvironment();
  const save = async (): Promise<void> => {
    const query = { [kind]: name, format: "html", environment };
    const { document: page } = (await callApi({ path: "/api/reports", query })) as Answer<typeof showReport>;
    if (page !== null) saveAs(`rollward-${name}.html`, page);
  };
  const run = (): void =>
    void save().catch((error: unknown) =>
      toast({ state: "bad", text: error instanceof Error ? error.message : "Not saved." }),
    );
  return (
    <Button icon={Download} onClick={run}>
      Save as a page
    </Button>
  );
}

function saveAs(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/html" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
