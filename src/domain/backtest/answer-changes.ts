import { hasNewStructure } from "./compare-session.ts";
import type { PairOutcome, TurnChange } from "./compare-session.ts";
import type { AnswerChanges } from "./result.ts";

/** Changes of fields that a result names. */
const MOST_FIELDS = 20;

/** How the answers of sessions changed. */
export function answerChanges(pairs: readonly PairOutcome[]): AnswerChanges {
  const turns = pairs.flatMap((pair) => pair.turns);
  const compared = turns.filter(({ isExact }) => isExact !== null);
  return {
    turns: compared.length,
    exact: compared.filter(({ isExact }) => isExact === true).length,
    similarity: similarityOf(compared),
    structure: structureOf(compared),
    tools: toolsOf(turns),
  };
}

function similarityOf(turns: readonly TurnChange[]): AnswerChanges["similarity"] {
  const values = turns.flatMap(({ similarity }) => (similarity === null ? [] : [similarity]));
  if (values.length === 0) return null;
  const sorted = values.toSorted((one, other) => one - other);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: sorted[Math.floor((sorted.length - 1) / 10)] ?? 0,
  };
}

function structureOf(turns: readonly TurnChange[]): AnswerChanges["structure"] {
  const withJson = turns.filter((turn) => hasNewStructure(turn) !== null);
  const counts = new Map<string, number>();
  for (const { structure } of withJson) {
    if (structure === null || structure === "not_json") continue;
    const changes = [
      ...structure.missing.map((path) => `missing ${path || "/"}`),
      ...structure.added.map((path) => `added ${path || "/"}`),
      ...structure.retyped.map((path) => `type of ${path}`),
    ];
    for (const change of changes) counts.set(change, (counts.get(change) ?? 0) + 1);
  }
  return {
    turns: withJson.length,
    changed: withJson.filter((turn) => hasNewStructure(turn) === true).length,
    notJson: withJson.filter(({ structure }) => structure === "not_json").length,
    fields: [...counts]
      .map(([change, times]) => ({ change, turns: times }))
      .toSorted((one, other) => other.turns - one.turns || (one.change < other.change ? -1 : 1))
      .slice(0, MOST_FIELDS),
  };
}

function toolsOf(turns: readonly TurnChange[]): AnswerChanges["tools"] {
  const withTools = turns.filter(({ usesTools }) => usesTools);
  const count = (change: TurnChange["tools"]): number => withTools.filter(({ tools }) => tools === change).length;
  return { turns: withTools.length, order: count("order"), arguments: count("arguments"), tools: count("tools") };
}
