// Openings of keys that are in use; a text that begins so is never shown.
const PREFIXES = [
  "sk-",
  "sk_",
  "pk_",
  "rk_",
  "rw_",
  "AKIA",
  "ASIA",
  "ghp_",
  "gho_",
  "github_pat_",
  "glpat-",
  "xox",
  "hf_",
  "gsk_",
  "AIza",
  "ya29.",
  "eyJ",
  "nvapi-",
  "r8_",
];

// Dates, versions and words of an identifier are shorter runs.
const MIN_RANDOM = 20;

/** Whether a run of letters and digits is mixed the way random keys are, and words and numbers are not. */
function looksRandom(run: string): boolean {
  if (run.length < MIN_RANDOM) return false;
  let changes = 0;
  for (let at = 1; at < run.length; at++) {
    const [before, now] = [run.charAt(at - 1), run.charAt(at)];
    if (/\d/.test(before) !== /\d/.test(now) || (/[a-z]/.test(before) && /[A-Z]/.test(now))) changes++;
  }
  return changes * 5 >= run.length;
}

/** Whether a text is probably a key, a token or a password. */
export function looksSecret(text: string): boolean {
  const bare = text
    .trim()
    .replace(/^bearer\s/i, "")
    .trim();
  return (
    PREFIXES.some((prefix) => bare.startsWith(prefix) && bare.length > prefix.length + 8) ||
    bare.split(/[^A-Za-z0-9]/).some(looksRandom)
  );
}

/** Keys under which people write secrets. */
export const SECRET_KEYS: readonly string[] = [
  "key",
  "api_key",
  "apikey",
  "api-key",
  "token",
  "secret",
  "password",
  "auth",
  "authorization",
  "bearer",
];
