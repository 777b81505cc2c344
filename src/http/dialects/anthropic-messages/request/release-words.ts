import type { RenderedMessage } from "../../../../domain/prompt/render.ts";
import type { Json } from "../../../../domain/json.ts";
import type { ByteEdit, IncomingRequest, ReleaseParts, ReleaseWords } from "../../../../ports/dialect.ts";
import { addTools, dropMembers, insertIntoArray, memberBytes, setMembers } from "../../body-edits.ts";
import { isRecord } from "../../is-record.ts";
import { releaseParameters } from "./release-parameters.ts";
import { wireTool } from "./wire-tools.ts";

/**
 * A release's parts in the words of the Messages API: leading system messages go before the request's `system`, the
 * others before its messages, tools before its tools. Of `metadata` only `user_id` is for providers.
 */
export function releaseWords(own: ReleaseParts): ReleaseWords {
  const { metadata, output_config: output, ...plain } = releaseParameters(own);
  const parameters = memberBytes(plain);
  const items = own.tools.map((tool) => JSON.stringify(wireTool(tool))).join(",");
  const sets = [...parameters.keys(), ...(output === undefined ? [] : ["output_config"])];
  return {
    sets: metadata === undefined ? sets : [...sets, "metadata"],
    edits: (request, messages) => [
      ...setMembers(request, parameters),
      ...(output === undefined ? [] : setMembers(request, memberBytes({ output_config: joined(request, output) }))),
      ...addTools(request, own, { items, nameOf, param: "name" }),
      ...addPrompt(request, messages),
      ...keepUser(request, metadata),
    ],
  };
}

const nameOf = (tool: Json): unknown => (isRecord(tool) ? tool["name"] : undefined);

/** The release's output settings over the request's own: an effort must not take a schema's place. */
function joined({ body }: IncomingRequest, output: Json): Json {
  const sent = body["output_config"];
  return isRecord(sent) && isRecord(output) ? { ...sent, ...output } : output;
}

const isSystem = ({ role }: RenderedMessage): boolean => role === "system" || role === "developer";

function addPrompt(request: IncomingRequest, messages: readonly RenderedMessage[]): readonly ByteEdit[] {
  const first = messages.findIndex((message) => !isSystem(message));
  const leading = first < 0 ? messages : messages.slice(0, first);
  const others = first < 0 ? [] : messages.slice(first);
  const items = others.map((message) => JSON.stringify(isSystem(message) ? { ...message, role: "system" } : message));
  return [
    ...addSystem(request, leading),
    ...(items.length === 0 ? [] : [insertIntoArray(request, "messages", items.join(","))]),
  ];
}

function addSystem(request: IncomingRequest, messages: readonly RenderedMessage[]): readonly ByteEdit[] {
  // The API refuses texts without words.
  const blocks = messages
    .filter(({ content }) => content !== "")
    .map(({ content }) => ({ type: "text", text: content }));
  if (blocks.length === 0) return [];
  const sent = request.body["system"];
  if (Array.isArray(sent)) {
    return [insertIntoArray(request, "system", blocks.map((block) => JSON.stringify(block)).join(","))];
  }
  const own = typeof sent === "string" && sent !== "" ? [{ type: "text", text: sent }] : [];
  return setMembers(request, memberBytes({ system: [...blocks, ...own] }));
}

/** Leaves a `metadata` that holds nothing but the user as it came. */
function keepUser(request: IncomingRequest, set: Json | undefined): readonly ByteEdit[] {
  const sent = request.body["metadata"];
  const user = isRecord(set) ? set["user_id"] : isRecord(sent) ? sent["user_id"] : undefined;
  if (user == null) return dropMembers(request, ["metadata", "variables"]);
  const drop = dropMembers(request, ["variables"]);
  const isClean = set === undefined && isRecord(sent) && Object.keys(sent).length === 1;
  return isClean ? drop : [...drop, ...setMembers(request, memberBytes({ metadata: { user_id: user as Json } }))];
}
