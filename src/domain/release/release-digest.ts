import { canonicalJson } from "../../kit/canonical-json.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { ReleaseContent } from "./release.ts";

/** The version matrix of a release: what each part is, as SHA-256 digests of 64 hex digits. */
export interface ComponentDigests {
  /** `null` when the release has no prompt. */
  readonly prompt: string | null;
  /** In the order of the model chain. */
  readonly models: readonly { readonly provider: string; readonly model: string; readonly digest: string }[];
  readonly tools: readonly { readonly name: string; readonly digest: string }[];
  readonly parameters: string;
  readonly policies: string;
}

const digestOf = (part: unknown): string => sha256Hex(canonicalJson(part));

/**
 * The digest that names a release for machines: SHA-256 of the RFC 8785 canonical form, 64 hex digits.
 * Equal content has an equal digest whatever the order of its keys.
 */
export function releaseDigest(content: ReleaseContent): string {
  return digestOf(content);
}

/** Digests of the parts of a release, so that two releases can be compared part by part. */
export function componentDigests(content: ReleaseContent): ComponentDigests {
  return {
    prompt: content.prompt === null ? null : digestOf(content.prompt),
    models: content.models.map((target) => ({
      provider: target.provider,
      model: target.model,
      digest: digestOf(target),
    })),
    tools: content.tools.map((tool) => ({ name: tool.name, digest: digestOf(tool) })),
    parameters: digestOf(content.parameters),
    policies: digestOf(content.policies),
  };
}
