import type { RenderedMessage } from "../../../domain/prompt/render.ts";
import type { Json } from "../../../domain/json.ts";
import type { ReleaseParts, ReleaseWords } from "../../../ports/dialect.ts";
import { addTools, arrayItems, dropMembers, insertIntoArray, memberBytes, setMembers } from "../body-edits.ts";
import type { ArrayItems } from "../body-edits.ts";
import { isRecord } from "../is-record.ts";

/** Members that speak to Rollward and are not for providers. */
const OURS = ["metadata", "variables"];

/** A release's parts in the words in which they are configured. */
export function releaseWords(own: ReleaseParts): ReleaseWords {
  const parameters = memberBytes(own.parameters);
  const items = own.tools.map(toolText).join(",");
  const others = otherNames(own.parameters);
  const dropped = [...OURS, ...others];
  const itemsOf = createItems();
  return {
    sets: [...parameters.keys(), ...others],
    edits: (request, messages) => [
      ...setMembers(request, parameters),
      ...addTools(request, own, { items, nameOf, param: "function.name" }),
      ...(messages.length === 0 ? [] : [insertIntoArray(request, "messages", itemsOf(messages))]),
      ...dropMembers(request, dropped),
    ],
  };
}

/** Messages as items of an array; what was made last is kept, for a prompt without variables is always the same one. */
function createItems(): (messages: readonly RenderedMessage[]) => ArrayItems {
  let last: { readonly messages: readonly RenderedMessage[]; readonly items: ArrayItems } | null = null;
  return (messages) => {
    if (last?.messages === messages) return last.items;
    const items = arrayItems(messages.map((message) => JSON.stringify(message)).join(","));
    last = { messages, items };
    return items;
  };
}

/** A limit has two names: where the release sets it by one, a request's by the other would contradict. */
function otherNames(parameters: ReleaseParts["parameters"]): readonly string[] {
  const names = ["max_tokens", "max_completion_tokens"];
  const set = names.filter((name) => parameters[name] !== undefined);
  return set.length === 1 ? names.filter((name) => !set.includes(name)) : [];
}

function toolText({ name, description, parameters, strict }: ReleaseParts["tools"][number]): string {
  const definition: Record<string, Json> = { name, description, parameters };
  if (strict !== null) definition["strict"] = strict;
  return JSON.stringify({ type: "function", function: definition });
}

const nameOf = (tool: Json): unknown =>
  isRecord(tool) && isRecord(tool["function"]) ? tool["function"]["name"] : undefined;
