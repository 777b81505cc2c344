import { useState } from "react";
import type { showPostmortem } from "../../../src/contract/incidents.ts";
import { useApi } from "../../lib/use-api.ts";
import { Button } from "../../ui/button.tsx";
import { CodeView } from "../../ui/code-diff.tsx";
import { CopyButton } from "../../ui/copy.tsx";
import { Loaded } from "../../ui/loaded.tsx";
import { Panel } from "../../ui/panel.tsx";

/** The draft of the post-mortem, when somebody wants to see it. */
export function Postmortem({ incident }: { incident: string }) {
  const [isShown, setShown] = useState(false);
  const draft = useApi<typeof showPostmortem>("/api/incidents/{incident}/postmortem", {
    params: { incident },
    topics: ["incidents"],
    enabled: isShown,
  });
  return (
    <Panel
      title="Post-mortem"
      note="a draft in Markdown, from the records"
      flush={isShown}
      actions={isShown && draft.data !== undefined && <CopyButton text={draft.data.markdown} label="Copy the draft" />}
    >
      {isShown ? (
        <Loaded query={draft}>
          {({ markdown }) => <CodeView text={markdown} language="markdown" label="Draft of the post-mortem" />}
        </Loaded>
      ) : (
        <Button onClick={() => setShown(true)}>Write the draft</Button>
      )}
    </Panel>
  );
}
