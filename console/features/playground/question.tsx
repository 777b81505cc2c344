import { Play } from "lucide-react";
import type { ReactNode } from "react";
import { useState } from "react";
import { useKeys } from "../../lib/keys.ts";
import { Button } from "../../ui/button.tsx";
import { TextArea } from "../../ui/field.tsx";
import { variablesIn } from "./variables-in.ts";

interface QuestionProps {
  readonly releases: readonly string[];
  readonly onAsk: (words: { readonly question: string; readonly variables: Readonly<Record<string, string>> }) => void;
  /** Whom it goes to. */
  readonly children: ReactNode;
}

/** What a user would write, the variables of the prompt, and the button. */
export function Question({ releases, onAsk, children }: QuestionProps) {
  const [question, setQuestion] = useState("");
  const [text, setText] = useState("");
  const variables = variablesIn(text);
  const isReady = question.trim() !== "" && releases.length > 0 && variables !== null;
  const run = (): void => {
    if (isReady) onAsk({ question, variables });
  };
  useKeys("Playground", [{ key: "mod+enter", does: "Ask", run }]);
  return (
    <div className="grid gap-4 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
      <TextArea
        label="What a user would write"
        rows={8}
        autoFocus
        value={question}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <div className="flex min-w-0 flex-col gap-3">
        {children}
        <TextArea
          label="Variables of the prompt"
          rows={2}
          placeholder="name = value, one a line"
          className="font-mono text-xs"
          hint={variables === null ? "Each line is: name = value" : undefined}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button kind="main" icon={Play} hint="mod+Enter" disabled={!isReady} onClick={run} className="self-start">
          Ask {releases.length === 1 ? releases[0] : `${releases.length} releases`}
        </Button>
      </div>
    </div>
  );
}
