import { rolloutExport } from "../contract/rollout-stories.ts";
import { canonicalJson } from "../kit/canonical-json.ts";
import { isSignedBy, keyFingerprint } from "../kit/signing-key.ts";
import { firstBrokenLink } from "../kit/hash-chain.ts";
import { sha256Hex } from "../kit/hash.ts";

/** One thing that must hold. */
interface ExportCheck {
  readonly what: string;
  readonly passed: boolean;
  readonly detail: string | null;
}

/** What became of checking an exported rollout. */
export interface Verification {
  readonly valid: boolean;
  /** Of the key that the file names; `null` when it names none. */
  readonly key_id: string | null;
  readonly isKeyGiven: boolean;
  /** Whether it could be read as an export at all. */
  readonly isExport: boolean;
  readonly checks: readonly ExportCheck[];
}

const check = (what: string, passed: boolean, detail: string | null = null): ExportCheck => ({
  what,
  passed,
  detail: passed ? null : detail,
});

/**
 * Checks an exported rollout with nothing but the file: its signature, the chain of its log, the digest of its plan and
 * the hash of every snapshot. `key`: the public key, or its id, that must have signed it; `null` believes the file.
 */
export function verifyExport(text: string, key: string | null): Verification {
  const document = parsed(text);
  const read = rolloutExport.safeParse(document);
  if (!read.success) {
    const path = read.error.issues[0]?.path.join(".") ?? "";
    const detail =
      path === "" ? "it is no JSON object" : `its member ${path} is missing, or not of the form that it has there`;
    const what = "it has the form of an export of a rollout";
    return {
      valid: false,
      key_id: null,
      isKeyGiven: key !== null,
      isExport: false,
      checks: [check(what, false, detail)],
    };
  }
  const { signature, events, plan, plan_digest: planDigest } = read.data;
  const { signature: _, ...signed } = document as Readonly<Record<string, unknown>>;
  // The events as they stand in the file: a schema may drop members that are sealed.
  const links = (signed as { readonly events: Parameters<typeof firstBrokenLink>[0] }).events;
  const broken = firstBrokenLink(links);
  const checks = [
    check("the signature fits the document", isSignedBy(canonicalJson(signed), signature.value, signature.public_key)),
    check("the key has the id that it claims", keyFingerprint(signature.public_key) === signature.key_id),
    ...(key === null
      ? []
      : [check("it is the key that was given", key === signature.public_key || key === signature.key_id)]),
    check(
      "the log is chained from its first entry on",
      broken === null,
      `entry ${events[broken ?? 0]?.seq} does not fit`,
    ),
    check("the plan has the digest that was frozen", sha256Hex(canonicalJson(plan)) === planDigest),
    ...snapshotChecks(events),
  ];
  const valid = checks.every(({ passed }) => passed);
  return { valid, key_id: signature.key_id, isKeyGiven: key !== null, isExport: true, checks };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every snapshot of evidence carries the hash of its reading. */
function snapshotChecks(events: readonly Readonly<Record<string, unknown>>[]): readonly ExportCheck[] {
  const snapshots = events.flatMap(({ seq, fact }) => {
    const { type, reading, evidenceHash } = fact as { type?: unknown; reading?: unknown; evidenceHash?: unknown };
    if (type === "EvidenceSnapshot") return [{ seq, fits: sha256Hex(canonicalJson(reading)) === evidenceHash }];
    if (type !== "ShadowSnapshot") return [];
    // A reading of copies has its hash in itself; whether money was left is no part of it.
    const { isSpent: _, evidenceHash: own, ...read } = reading as Readonly<Record<string, unknown>>;
    return [{ seq, fits: sha256Hex(canonicalJson(read)) === own }];
  });
  const wrong = snapshots.find(({ fits }) => !fits);
  return [
    check(
      "every snapshot of the evidence has the hash of its reading",
      wrong === undefined,
      `entry ${String(wrong?.seq)}`,
    ),
  ];
}
