/** A version taken apart. */
export interface Version {
  /** Major, minor, patch. */
  readonly core: readonly [number, number, number];
  /** Identifiers of the pre-release; empty for a release. */
  readonly before: readonly string[];
}

const LONGEST = 200;
const VERSION =
  /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/**
 * A version as in semver.org 2.0.0, read generously: `v` in front, missing parts and leading zeros are borne with, since
 * `14.2` and `2026.01` are versions of many an application. `null` for anything else. Build metadata says nothing.
 */
export function parseVersion(text: string): Version | null {
  const match = text.length > LONGEST ? null : VERSION.exec(text);
  if (match === null) return null;
  const [, major, minor = "0", patch = "0", before] = match;
  return {
    core: [Number(major), Number(minor), Number(patch)],
    before: before === undefined ? [] : before.split("."),
  };
}

/** Precedence of two versions: below 0, 0 or above 0. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, part] of a.core.entries()) {
    const other = b.core[index] ?? 0;
    if (part !== other) return part - other;
  }
  // A release comes after all of its pre-releases.
  if (a.before.length === 0 || b.before.length === 0) return b.before.length - a.before.length;
  for (const [index, identifier] of a.before.entries()) {
    const other = b.before[index];
    if (other === undefined) return 1;
    const order = compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return a.before.length - b.before.length;
}

const DIGITS = /^\d+$/;

/** Numbers by their value and before words; words by their characters. */
function compareIdentifiers(a: string, b: string): number {
  const [isNumber, otherIsNumber] = [DIGITS.test(a), DIGITS.test(b)];
  if (isNumber !== otherIsNumber) return isNumber ? -1 : 1;
  const [left, right] = isNumber ? [a.replace(/^0+(?=\d)/, ""), b.replace(/^0+(?=\d)/, "")] : [a, b];
  if (isNumber && left.length !== right.length) return left.length - right.length;
  return left === right ? 0 : left < right ? -1 : 1;
}
