import { sha256Hex } from "../../kit/hash.ts";
import type { AlertIdentity } from "./alert.ts";
import type { AlertRule } from "./alert-rule.ts";

/** Most labels of an alert, and most characters of a name and of a value. */
export const MOST_LABELS = 32;
const MOST_NAME = 64;
const MOST_VALUE = 200;

/** The identity of what a rule finds about a subject. */
export function identityOf(
  { name, severity, labels }: Pick<AlertRule, "name" | "severity" | "labels">,
  environment: string,
  subject: Readonly<Record<string, string>>,
): AlertIdentity {
  return {
    fingerprint: fingerprintOf(environment, name, subject),
    rule: name,
    environment,
    endpoint: subject["endpoint"] ?? null,
    labels: boundedLabels({ ...labels, ...subject, alertname: name, severity, environment }),
  };
}

/** 16 hex digits that tell an alert from all others. */
export function fingerprintOf(environment: string, rule: string, subject: Readonly<Record<string, string>>): string {
  const parts = Object.entries(subject).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return sha256Hex(JSON.stringify([environment, rule, parts])).slice(0, 16);
}

/** As many labels as are kept, with their names and values cut to what is kept. The last ones win their place: they say what it is. */
export const boundedLabels = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(labels)
      .filter(([name]) => name !== "" && name.length <= MOST_NAME)
      .slice(-MOST_LABELS)
      .map(([name, value]) => [name, value.slice(0, MOST_VALUE)]),
  );
