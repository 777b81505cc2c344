import { checkGates as gateFaults, scheduleFaults } from "../../domain/rollout/gates/check-gates.ts";
import { findCycle } from "../../domain/rollout/gates/find-cycle.ts";
import { baseUrlFault, baseUrlPlaceFault } from "../base-url.ts";
import { THRESHOLDS, communicationOf } from "../build/build-gates.ts";
import { buildPlan } from "../build/build-plan.ts";
import { DEFAULT_ZONE, buildWindows } from "../build/build-windows.ts";
import { type Findings, memberOf, membersOf } from "../findings.ts";
import { communicationShape } from "../schema/communication-schema.ts";
import { PLAIN_NAME } from "../schema/gates-schema.ts";
import { rolloutSchema } from "../schema/rollout-schema.ts";
import { freezeSchema } from "../schema/window-schema.ts";
import type { WindowInput } from "../schema/window-schema.ts";
import type { Path } from "../source/yaml-places.ts";
import * as z from "zod";

const NAME_FAULT = {
  message: "this name cannot be used",
  fix: "use lower-case letters, digits, dots, hyphens and underscores, a letter or digit first, at most 63",
};

/** Gates, triggers, people and changes of every endpoint, circles of endpoints that wait for one another, and planned freezes. */
export function checkGates(findings: Findings): void {
  const endpoints = membersOf(memberOf(findings.yaml.value, "endpoints"));
  for (const [name, endpoint] of endpoints) checkEndpoint(findings, ["endpoints", name], endpoint);
  checkDependencies(findings, endpoints);
  checkFreezes(findings, new Set(endpoints.map(([name]) => name)));
}

function checkEndpoint(findings: Findings, path: Path, endpoint: unknown): void {
  const rollout = memberOf(endpoint, "rollout");
  const gates = membersOf(memberOf(rollout, "gates"));
  for (const [name, gate] of gates) {
    const at = [...path, "rollout", "gates", name];
    if (!PLAIN_NAME.test(name)) findings.atKey(at, NAME_FAULT);
    checkAddress(findings, [...at, "url"], gate);
  }
  const judge = ["metrics", "judge", "pairs"];
  const pairs = judge.reduce<unknown>((value, key) => memberOf(value, key), rollout);
  checkAddress(findings, [...path, "rollout", ...judge, "url"], pairs);
  const triggers = memberOf(rollout, "triggers");
  if (Array.isArray(triggers))
    triggers.forEach((one, index) => checkTrigger(findings, [...path, "rollout", "triggers", index], one));
  for (const [name, listener] of membersOf(memberOf(endpoint, "notify"))) {
    checkListener(findings, [...path, "notify", name], { name, listener });
  }
  checkPlan(findings, path, endpoint);
}

const communication = z.object(communicationShape);

/** What only the whole plan can tell. */
function checkPlan(findings: Findings, path: Path, endpoint: unknown): void {
  const parsed = rolloutSchema.safeParse(memberOf(endpoint, "rollout") ?? {});
  const people = communication.safeParse(endpoint);
  if (!parsed.success || !people.success) return;
  const written = parsed.data.gates ?? {};
  if (
    Object.entries(written).some(
      ([name, gate]) =>
        gate.kind === "schedule" && !areWindowsFine(findings, [...path, "rollout", "gates", name], gate),
    )
  )
    return;
  const names = Object.keys(written);
  for (const { part, index, message, fix } of gateFaults({
    ...buildPlan(parsed.data),
    ...communicationOf(people.data),
  })) {
    const inside = part === "changes" ? ["changes", index] : ["rollout", "gates", names[index] ?? ""];
    findings.atValue([...path, ...inside], { message, fix });
  }
}

function checkTrigger(findings: Findings, path: Path, trigger: unknown): void {
  const given = THRESHOLDS.filter((key) => memberOf(trigger, key) !== undefined);
  const [first, second] = given;
  if (first === undefined) {
    findings.atValue(path, { message: "this trigger has no threshold", fix: `add one of ${THRESHOLDS.join(", ")}` });
  } else if (second !== undefined) {
    findings.atKey([...path, second], {
      message: `a trigger has one threshold; this one has ${first} too`,
      fix: "write a second trigger",
    });
  }
}

function checkListener(
  findings: Findings,
  path: Path,
  { name, listener }: { readonly name: string; readonly listener: unknown },
): void {
  if (!PLAIN_NAME.test(name)) findings.atKey(path, NAME_FAULT);
  checkAddress(findings, [...path, "webhook"], listener);
  const [webhook, secret] = ["webhook", "secret_env"].map((key) => memberOf(listener, key) !== undefined);
  if (webhook === true && secret !== true) {
    findings.atKey([...path, "webhook"], {
      message: "messages are signed, and no secret is named",
      fix: "add `secret_env`",
    });
  }
  if (webhook !== true && secret === true) {
    findings.atKey([...path, "secret_env"], {
      message: "there is no `webhook` to sign for",
      fix: "add it, or leave this out",
    });
  }
}

function checkAddress(findings: Findings, path: Path, section: unknown): void {
  const url = memberOf(section, String(path.at(-1)));
  if (typeof url !== "string" || baseUrlFault(url) !== null) return;
  const fault = baseUrlPlaceFault(url, memberOf(section, "allow_private") === true);
  if (fault === null) return;
  findings.atValue(path, {
    message: fault.message,
    fix: fault.fix.replace("the provider's own", "a public").replace("to the provider ", "beside it "),
  });
}

/** Whether windows can be built; what is wrong with them is told. */
function areWindowsFine(
  findings: Findings,
  path: Path,
  { zone = DEFAULT_ZONE, windows }: { readonly zone?: string | undefined; readonly windows: readonly WindowInput[] },
): boolean {
  const mixed = windows.findIndex(({ days, from, until }) =>
    from.type === "minute" ? until?.type !== "minute" : until?.type === "minute" || days !== undefined,
  );
  if (mixed >= 0) {
    const isDaily = windows[mixed]?.from.type === "minute";
    findings.atValue([...path, "windows", mixed], {
      message: isDaily
        ? "a time of day opens this window and none closes it"
        : "a date opens this window, so it has no days of the week and ends on a date",
      fix: isDaily
        ? 'add `until`, for example "17:00"'
        : "leave `days` out, and write `until` as a date or leave it out",
    });
    return false;
  }
  const [zoneFault] = scheduleFaults(zone, []);
  if (zoneFault !== undefined) findings.atValue([...path, "zone"], zoneFault);
  const faults = zoneFault === undefined ? scheduleFaults(zone, buildWindows(windows, zone)) : [];
  for (const fault of faults) findings.atValue([...path, "windows"], fault);
  return zoneFault === undefined && faults.length === 0;
}

type Endpoints = readonly (readonly [string, unknown])[];

/** Gates that wait for other endpoints: those must be there, and none may wait for itself in the end. */
function checkDependencies(findings: Findings, endpoints: Endpoints): void {
  const known = new Set(endpoints.map(([name]) => name));
  const waits = endpoints.flatMap(([from, endpoint]) =>
    membersOf(memberOf(memberOf(endpoint, "rollout"), "gates")).flatMap(([gate, section]) => {
      const to = memberOf(section, "endpoint");
      return memberOf(section, "kind") === "depends_on" && typeof to === "string" ? [{ from, gate, to }] : [];
    }),
  );
  for (const { from, gate, to } of waits) {
    if (known.has(to)) continue;
    findings.atValue(["endpoints", from, "rollout", "gates", gate, "endpoint"], {
      message: `there is no endpoint ${to} in this project`,
      fix: known.size === 0 ? "add it under `endpoints`" : `name one of ${[...known].slice(0, 20).join(", ")}`,
    });
  }
  const cycle = findCycle(
    new Map(endpoints.map(([name]) => [name, waits.filter(({ from }) => from === name).map(({ to }) => to)])),
  );
  const [from, to] = cycle ?? [];
  const link = waits.find((one) => one.from === from && one.to === to);
  if (cycle === null || link === undefined) return;
  findings.atValue(["endpoints", link.from, "rollout", "gates", link.gate, "endpoint"], {
    message: `these endpoints wait for one another, so that none could ever start: ${cycle.join(" → ")}`,
    fix: "remove one of the `depends_on` gates among them",
  });
}

function checkFreezes(findings: Findings, endpoints: ReadonlySet<string>): void {
  for (const [name, freeze] of membersOf(memberOf(findings.yaml.value, "freezes"))) {
    const path = ["freezes", name];
    if (!PLAIN_NAME.test(name)) findings.atKey(path, NAME_FAULT);
    const parsed = freezeSchema.safeParse(freeze);
    if (!parsed.success) continue;
    areWindowsFine(findings, path, parsed.data);
    parsed.data.endpoints?.forEach((endpoint, index) => {
      if (endpoints.has(endpoint)) return;
      findings.atValue([...path, "endpoints", index], {
        message: `there is no endpoint ${endpoint} in this project`,
        fix: "correct its name",
      });
    });
  }
}
