import { RollwardError } from "../domain/errors.ts";
import type { Json } from "../domain/json.ts";
import { renderPrompt } from "../domain/prompt/render.ts";
import type { ModelTarget, Release, Timeouts } from "../domain/release/release.ts";
import { releaseName } from "../domain/release/release.ts";
import { spliceJson } from "../kit/json-splice.ts";
import type { Splice } from "../kit/json-splice.ts";
import type { IncomingRequest, MemberSpan } from "../ports/dialect.ts";
import type { Gateway } from "./gateway.ts";
import type { OpenCall, RenderedRequest } from "./open-call.ts";
import { present } from "./present.ts";

/** Time limits of a direct call, which has no release to set them; the same as a release's defaults. */
const DIRECT_TIMEOUTS: Timeouts = { connectMs: 5_000, firstTokenMs: 60_000, idleMs: 30_000, totalMs: 600_000 };

/** Members that speak to Rollward and are not for providers. */
const OURS = ["metadata", "variables"];

/** Turns the request into what providers get: every byte that the release does not set stays as it came. */
export function render(_: Gateway, call: OpenCall): void {
  const request = present(call.request);
  const aim = present(call.aim);
  const usage = call.arrival.dialect.usageMembers(request);
  const base = aim.type === "direct" ? direct(aim.target) : released(request, present(call.placement).release);
  call.rendered = {
    targets: base.targets,
    timeouts: base.timeouts,
    overrides: base.overrides,
    bodyFor(target) {
      const asks = asksForUsage(call, target) ? setMembers(request, usage) : [];
      return spliceJson(request.bytes, [...base.edits, ...asks, setModel(request, target)]);
    },
  };
}

type Members = ReadonlyMap<string, Buffer>;

interface Base extends Omit<RenderedRequest, "bodyFor"> {
  readonly edits: readonly Splice[];
}

const direct = (target: ModelTarget): Base => ({
  targets: [target],
  timeouts: DIRECT_TIMEOUTS,
  overrides: [],
  edits: [],
});

function released(request: IncomingRequest, release: Release): Base {
  const { models, policies } = release.content;
  const { parameters } = prepared(release);
  return {
    targets: models,
    timeouts: policies.timeouts,
    overrides: [...parameters.keys()].filter((name) => request.members.has(name)),
    edits: [
      ...setMembers(request, parameters),
      ...addTools(request, release),
      ...addPrompt(request, release),
      ...dropMembers(request, OURS),
    ],
  };
}

/** Whether the target's provider takes this dialect as it is and can report the usage of streams. */
function asksForUsage(call: OpenCall, { provider: name }: ModelTarget): boolean {
  const provider = call.settings.providers.get(name);
  return provider?.speaks === call.arrival.dialect.name && provider.reportsStreamUsage;
}

interface Prepared {
  readonly parameters: Members;
  readonly tools: string;
}

const preparedReleases = new WeakMap<Release, Prepared>();

/** A release's own members as bytes, made once. */
function prepared(release: Release): Prepared {
  const known = preparedReleases.get(release);
  if (known !== undefined) return known;
  const { parameters, tools } = release.content;
  const made: Prepared = {
    parameters: new Map(Object.entries(parameters).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))])),
    tools: tools
      .map(({ name, description, parameters: schema, strict }) => {
        const definition: Record<string, Json> = { name, description, parameters: schema };
        if (strict !== null) definition["strict"] = strict;
        return JSON.stringify({ type: "function", function: definition });
      })
      .join(","),
  };
  preparedReleases.set(release, made);
  return made;
}

function setModel(request: IncomingRequest, target: ModelTarget): Splice {
  const { value } = member(request, "model");
  return { ...value, bytes: Buffer.from(JSON.stringify(target.model)) };
}

function setMembers(request: IncomingRequest, members: Members): Splice[] {
  const edits: Splice[] = [];
  let added = "";
  for (const [name, value] of members) {
    const present = request.members.get(name);
    if (present !== undefined) edits.push({ ...present.value, bytes: value });
    else added += `${JSON.stringify(name)}:${value.toString()},`;
  }
  // `model` always follows, so a trailing comma is right.
  if (added !== "") edits.push(insert(request.bodyStart, added));
  return edits;
}

function addPrompt(request: IncomingRequest, release: Release): Splice[] {
  const { prompt, endpoint } = release.content;
  if (prompt === null || prompt.messages.length === 0) return [];
  const rendered = renderPrompt(prompt, request.variables);
  if ("missing" in rendered) {
    throw new RollwardError("variable_missing", {
      endpoint,
      variable: rendered.missing,
      declared: Object.keys(prompt.variables).join(", "),
      param: "variables",
    });
  }
  const messages = rendered.messages.map((message) => JSON.stringify(message)).join(",");
  return [insertIntoArray(request, "messages", messages)];
}

function addTools(request: IncomingRequest, release: Release): Splice[] {
  const { tools } = release.content;
  if (tools.length === 0) return [];
  const sent = request.body["tools"];
  if (!Array.isArray(sent))
    return setMembers(request, new Map([["tools", Buffer.from(`[${prepared(release).tools}]`)]]));
  const names = new Set(tools.map((tool) => tool.name));
  for (const [index, tool] of (sent as { function?: { name?: unknown } }[]).entries()) {
    if (typeof tool.function?.name === "string" && names.has(tool.function.name)) {
      throw new RollwardError("field_owned_by_release", {
        field: `tools[${index}] (${tool.function.name})`,
        release: releaseName(release),
        param: `tools[${index}].function.name`,
      });
    }
  }
  return [insertIntoArray(request, "tools", prepared(release).tools)];
}

/** Removes members with the comma that goes with them. `model` is never among them, so one always stays. */
function dropMembers(request: IncomingRequest, names: readonly string[]): Splice[] {
  const members = [...request.members];
  const edits: Splice[] = [];
  const kept = members.findIndex(([name]) => !names.includes(name));
  const first = members[kept]?.[1].member;
  if (kept > 0 && first !== undefined)
    edits.push({ start: at(members, 0).member.start, end: first.start, bytes: EMPTY });
  for (let index = kept + 1; index < members.length; index += 1) {
    if (!names.includes(members[index]?.[0] ?? "")) continue;
    edits.push({ start: at(members, index - 1).member.end, end: at(members, index).member.end, bytes: EMPTY });
  }
  return edits;
}

const EMPTY = Buffer.alloc(0);

const insert = (position: number, text: string): Splice => ({
  start: position,
  end: position,
  bytes: Buffer.from(text),
});

/** Puts items at the head of an array member. */
function insertIntoArray(request: IncomingRequest, name: string, items: string): Splice {
  const { value } = member(request, name);
  const isEmpty = (request.body[name] as readonly Json[]).length === 0;
  return insert(value.start + 1, isEmpty ? items : `${items},`);
}

function member(request: IncomingRequest, name: string): MemberSpan {
  const span = request.members.get(name);
  if (span === undefined) throw new Error(`The dialect let a request without ${name} pass.`);
  return span;
}

function at(members: readonly (readonly [string, MemberSpan])[], index: number): MemberSpan {
  const entry = members[index];
  if (entry === undefined) throw new Error("Member index out of range.");
  return entry[1];
}
