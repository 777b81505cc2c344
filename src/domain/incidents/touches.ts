import type { Change } from "../changes/change.ts";
import type { FailingParts } from "./failing-parts.ts";

/** From this part of the failures on a release is what fails. */
const HALF = 0.5;
/** Where the release before has this much of them as well, what fails is no release. */
const QUARTER = 0.25;
/** A model with less of them is not what an apply has broken or mended. */
const SOME = 0.1;

/** Parts of rollward.yaml that change no call. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  "alerts",
  "notifiers",
  "slos",
  "slo_files",
  "telemetry",
  "incidents",
  "status_page",
  "reports",
  "retain_facts",
  "environment",
]);

/** Whether a change can have anything to do with what fails: the same endpoint, release, provider or model. */
export function touches(change: Change, failing: FailingParts): boolean {
  const { endpoints } = failing;
  if (change.endpoint !== null && endpoints.length > 0 && !endpoints.includes(change.endpoint)) return false;
  switch (change.kind) {
    case "project":
    case "prices":
      return change.paths == null || change.paths.some((path) => isNear(path, failing));
    case "switch":
    case "provider":
      return change.subject === undefined || isFailingModel(change.subject, failing);
    default:
      return true;
  }
}

/**
 * Whether at least half of the failures are a release's, and few of them that of another one; true where nothing is known
 * of them.
 */
export const isFailingRelease = (release: string, { releases }: FailingParts, other?: string): boolean =>
  releases.size === 0 ||
  ((releases.get(release) ?? 0) >= HALF && (other === undefined || (releases.get(other) ?? 0) < QUARTER));

const isFailingModel = (name: string, { models }: FailingParts): boolean =>
  models.size === 0 || !isModel(name) || (models.get(name) ?? 0) >= SOME;

/** What is noted of answers has another subject than the model alone. */
const isModel = (subject: string): boolean => !subject.includes(" ");

/** Prompts and tools reach calls in a release alone, and a rollout has changes of its own. */
const isFile = (path: string): boolean => path.includes("/") || /\.(?:md|ya?ml|json|txt)$/.test(path);

function isNear(path: string, { endpoints, models }: FailingParts): boolean {
  const [top = "", name = "", part, model] = path.split(".");
  if (WITHOUT_EFFECT.has(top)) return false;
  if (top !== "providers" && isFile(path)) return false;
  // How a rollout goes on changes no call: what it does is told as a change of its own.
  if (top === "endpoints") return part !== "rollout" && (endpoints.length === 0 || endpoints.includes(name));
  if (top !== "providers" || models.size === 0) return true;
  // A model's name may have dots itself.
  return [...models].some(
    ([failing, share]) =>
      share >= SOME &&
      failing.startsWith(`${name}/`) &&
      (part !== "models" ||
        model === undefined ||
        path.startsWith(`providers.${name}.models.${failing.slice(name.length + 1)}`)),
  );
}
