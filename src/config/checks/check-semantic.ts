import { type Findings, memberOf, membersOf } from "../findings.ts";
import { type Fault, shown } from "../source/mistakes.ts";
import type { Path } from "../source/yaml-places.ts";
import { HOSTED_KINDS, OWN_KINDS } from "../presets/openai-wire.ts";
import { parsePercent } from "../units.ts";
import { type Declared, modelFault, splitModel } from "./check-models.ts";

/** A share in its bounds, and what to write instead. */
interface Share {
  readonly member: string;
  readonly min: number;
  readonly max: number;
  readonly message: string;
  readonly fix: string;
}

/** Audits that are missing for the tightest bound: ln 0.05 / ln 0.999 is 2,995, and a wrong one costs as many again. */
const SHARES: readonly Share[] = [
  {
    member: "wrong_at_most",
    min: 0.001,
    max: 0.5,
    message: "a bound below 0.1% would take thousands of audits to prove, and one above 50% promises nothing",
    fix: "write a share from 0.1% to 50%, for example 5%",
  },
  {
    member: "confidence",
    min: 0.5,
    max: 0.9999,
    message: "nothing is ever certain, and below 50% it would be a guess",
    fix: "write a share from 50% to 99.99%, for example 95%",
  },
  {
    member: "audit",
    min: 0.001,
    max: 1,
    message: "without audits nobody would notice when answers become wrong",
    fix: "write a share from 0.1% to 100%, for example 5%",
  },
];

/** Providers that a fix names. */
const MOST_NAMED = 8;

/** What a `semantic` section says is declared, and can be proven. */
export function checkSemantic(
  findings: Findings,
  path: Path,
  { semantic, declared }: { readonly semantic: unknown; readonly declared: Declared },
): void {
  if (semantic === undefined) return;
  for (const { member, min, max, message, fix } of SHARES) {
    const written = memberOf(semantic, member);
    const share = typeof written === "string" ? parsePercent(written) : written === 0 ? 0 : null;
    if (share !== null && (share < min || share > max)) findings.atValue([...path, member], { message, fix });
  }
  const judge = memberOf(semantic, "judge");
  const judgeFault = typeof judge === "string" ? modelFault(judge, declared) : null;
  if (judgeFault !== null) findings.atValue([...path, "judge"], judgeFault);
  checkEmbedder(findings, path, { semantic, declared });
}

function checkEmbedder(
  findings: Findings,
  path: Path,
  { semantic, declared }: { readonly semantic: unknown; readonly declared: Declared },
): void {
  const embedder = memberOf(semantic, "embedder") ?? "local";
  const hasDimension = memberOf(semantic, "dimension") !== undefined;
  if (embedder === "local" && hasDimension)
    findings.atKey([...path, "dimension"], { message: "the local embedder has its own dimension", fix: "remove it" });
  if (typeof embedder !== "string" || embedder === "local") return;
  const fault =
    splitModel(embedder) === null
      ? { message: `there is no embedder ${shown(embedder)}`, fix: "write `local`, or a declared provider/model" }
      : modelFault(embedder, declared);
  if (fault !== null) findings.atValue([...path, "embedder"], fault);
  else checkVectors(findings, path, { embedder, hasDimension });
}

function checkVectors(
  findings: Findings,
  path: Path,
  { embedder, hasDimension }: { readonly embedder: string; readonly hasDimension: boolean },
): void {
  const fault = kindFault(memberOf(findings.yaml.value, "providers"), embedder);
  if (fault !== null) findings.atValue([...path, "embedder"], fault);
  else if (!hasDimension)
    findings.atValue([...path, "embedder"], {
      message: "how many numbers its vectors have is missing",
      fix: "add `dimension`, for example `dimension: 1536`",
    });
}

/** Providers of other kinds are not asked for vectors: with them every search would end without one. */
const EMBEDDING_KINDS: ReadonlySet<unknown> = new Set<string>([
  "openai-compatible",
  "azure-openai",
  "gemini",
  "vertex",
  "bedrock",
  "cohere",
  ...HOSTED_KINDS,
  ...OWN_KINDS,
]);

function kindFault(providers: unknown, embedder: string): Fault | null {
  const { provider: name, model } = splitModel(embedder) ?? { provider: "", model: "" };
  const kind = memberOf(memberOf(providers, name), "kind");
  const isClaudeAtVertex = kind === "vertex" && model.startsWith("claude");
  if (typeof kind !== "string" || (EMBEDDING_KINDS.has(kind) && !isClaudeAtVertex)) return null;
  const able = membersOf(providers).flatMap(([one, provider]) =>
    EMBEDDING_KINDS.has(memberOf(provider, "kind")) ? [one] : [],
  );
  const here = able.length === 0 ? "" : `; here: ${able.slice(0, MOST_NAMED).join(", ")}`;
  return {
    message: isClaudeAtVertex
      ? `${shown(embedder)} makes no vectors: it is asked on Anthropic's wire`
      : `${shown(name)} makes no vectors: its kind is \`${kind}\``,
    fix: `write \`local\`, or a model of a provider of the kind \`openai\`, \`azure-openai\`, \`openai-compatible\`, \`gemini\`, \`vertex\`, \`bedrock\`, \`cohere\` or another that speaks OpenAI's wire${here}`,
  };
}
