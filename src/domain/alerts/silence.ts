/** A condition on a label; an absent label is the empty text. `*` in a `like` stands for any text. */
export interface LabelMatcher {
  readonly label: string;
  readonly op: "is" | "is-not" | "like";
  readonly value: string;
}

/** Nobody is told of alerts that meet all its matchers while it lasts; they are still shown. */
export interface Silence {
  /** `sil_…` */
  readonly id: string;
  readonly environment: string;
  /** At least one. */
  readonly matchers: readonly LabelMatcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly reason: string;
  readonly by: string;
  /** When it was ended early; `null`: it was not. */
  readonly endedAt: number | null;
}

/** Whether a silence is in force. */
export const isInForce = ({ startsAt, endsAt, endedAt }: Silence, now: number): boolean =>
  startsAt <= now && now < (endedAt ?? endsAt);

/** Whether all matchers meet the labels. */
export const isMet = (matchers: readonly LabelMatcher[], labels: Readonly<Record<string, string>>): boolean =>
  matchers.every(({ label, op, value }) => {
    const given = Object.hasOwn(labels, label) ? (labels[label] ?? "") : "";
    if (op === "like") return isLike(given, value);
    return (given === value) === (op === "is");
  });

/** Whether an alert with these labels is silenced. */
export const silenceOf = (
  silences: readonly Silence[],
  labels: Readonly<Record<string, string>>,
  now: number,
): Silence | undefined => silences.find((one) => isInForce(one, now) && isMet(one.matchers, labels));

/** Whether a text fits a pattern with `*`, in time proportional to both: nothing is tried twice. */
function isLike(text: string, pattern: string): boolean {
  const parts = pattern.split("*");
  const first = parts[0] ?? "";
  if (parts.length === 1) return text === first;
  const last = parts.at(-1) ?? "";
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let from = first.length;
  const until = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, from);
    if (found === -1 || found + part.length > until) return false;
    from = found + part.length;
  }
  return true;
}
