import { useRef, useState } from "react";
import type { askPlayground } from "../../../src/contract/playground.ts";
import { callApi } from "../../lib/api.ts";
import type { Answer } from "../../lib/api.ts";
import { useEnvironment } from "../../lib/use-environment.ts";

/** What became of one release's turn. */
export type Outcome =
  | { readonly release: string; readonly state: "asking" }
  | { readonly release: string; readonly state: "answered"; readonly answer: Answer<typeof askPlayground> }
  | { readonly release: string; readonly state: "failed"; readonly error: Error };

/** One question to some releases. */
export interface PlayOrder {
  readonly endpoint: string;
  readonly question: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly releases: readonly string[];
}

/** Asks releases at the same time; each answer is shown when it comes. An answer to an older question is left out. */
export function usePlay(): { readonly outcomes: readonly Outcome[]; readonly ask: (order: PlayOrder) => void } {
  const { environment } = useEnvironment();
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const turn = useRef(0);
  const ask = ({ endpoint, question, variables, releases }: PlayOrder): void => {
    const own = (turn.current += 1);
    setOutcomes(releases.map((release) => ({ release, state: "asking" })));
    const put = (outcome: Outcome): void => {
      if (turn.current !== own) return;
      setOutcomes((now) => now.map((each) => (each.release === outcome.release ? outcome : each)));
    };
    for (const release of releases) {
      const body = { endpoint, release, messages: [{ role: "user", content: question }], variables };
      callApi({ method: "POST", path: "/api/playground", query: { environment }, body }).then(
        (answer) => put({ release, state: "answered", answer: answer as Answer<typeof askPlayground> }),
        (error: unknown) =>
          put({ release, state: "failed", error: error instanceof Error ? error : new Error(String(error)) }),
      );
    }
  };
  return { outcomes, ask };
}
