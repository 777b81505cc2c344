import { auditRate, CERTIFICATION_OFF, reduceCertification } from "../../../src/domain/cache/semantic/certification.ts";
import type { Certification, CertificationEvent } from "../../../src/domain/cache/semantic/certification.ts";
import { DEFAULT_TERMS } from "../../../src/domain/cache/semantic/certification-terms.ts";
import { coinOf } from "../../../src/domain/cache/semantic/coin.ts";
import { decideHit } from "../../../src/domain/cache/semantic/decide-hit.ts";
import { EMPTY_RECORD, recordWith } from "../../../src/domain/cache/semantic/entry-record.ts";
import type { EntryRecord } from "../../../src/domain/cache/semantic/entry-record.ts";
import { pairFeatures } from "../../../src/domain/cache/semantic/pair-features.ts";
import type { PairFeatures } from "../../../src/domain/cache/semantic/pair-features.ts";
import { isRefitDue } from "../../../src/domain/cache/semantic/refit.ts";
import { EntrySet } from "../neighbours.ts";
import type { Nearest } from "../neighbours.ts";
import { MISS } from "./rule.ts";
import type { Outcome, Rule, World } from "./rule.ts";

const NAMES = { embedder: "bench", judge: "classes" };

/** What Rollward's rule is called where it also judges misses, as vCache's does, and where it judges audits alone. */
const JUDGES_MISSES = "Rollward, certified";
const AUDITS_ALONE = "Rollward, audits alone";

/** The names of Rollward's own rule, which is held to its bound. */
export const OWN_RULES: readonly string[] = [JUDGES_MISSES, AUDITS_ALONE];

/** Rollward's own rule at a bound among hits, through the functions that the server uses. */
export const certifiedRule = (bound: number, judgesMisses: boolean): Rule => ({
  name: judgesMisses ? JUDGES_MISSES : AUDITS_ALONE,
  bound,
  open(world, { name }) {
    const cache = new CertifiedCache(world, { bound, judgesMisses });
    return (question) => cache.take(question, `${name}-${question}`);
  },
});

class CertifiedCache {
  readonly #world: World;
  readonly #judgesMisses: boolean;
  readonly #entries: EntrySet;
  readonly #records = new Map<number, EntryRecord>();
  #state: Certification;

  constructor(world: World, { bound, judgesMisses }: { readonly bound: number; readonly judgesMisses: boolean }) {
    this.#world = world;
    this.#judgesMisses = judgesMisses;
    this.#entries = new EntrySet(world.data.texts.length);
    const terms = { ...DEFAULT_TERMS, ...NAMES, bound };
    this.#state = reduceCertification(CERTIFICATION_OFF, { type: "start", at: 0, terms });
  }

  take(question: number, id: string): Outcome {
    const { neighbours, isBarred } = this.#world;
    if (isBarred[question] === true) return MISS;
    const nearest = neighbours.nearest(question, this.#entries);
    if (nearest === null) {
      this.#entries.add(question);
      return MISS;
    }
    const features = this.#featuresOf(question, nearest);
    const isAudit = coinOf(id, "audit") < auditRate(this.#state);
    if (!isAudit && decideHit(this.#state, features).serves) return { served: nearest.entry, isJudged: false };
    if (!isAudit && !this.#judgesMisses) {
      this.#entries.add(question);
      return MISS;
    }
    this.#judge(question, nearest, { id, features, isAudit });
    return { served: null, isJudged: true };
  }

  #featuresOf(question: number, { entry, similarity, runnerUp }: Nearest): PairFeatures {
    const { traits } = this.#world;
    const [own, other] = [traits[question], traits[entry]];
    if (own === undefined || other === undefined) throw new Error("A question has no traits.");
    return pairFeatures({ question: own, candidate: other, similarity, runnerUp, record: this.#recordOf(entry) });
  }

  #judge(
    question: number,
    { entry, similarity }: Nearest,
    { id, features, isAudit }: { readonly id: string; readonly features: PairFeatures; readonly isAudit: boolean },
  ): void {
    const { classes } = this.#world.data;
    const isCorrect = classes[question] === classes[entry];
    const labelled = { at: 0, ...NAMES, features, isCorrect };
    this.#reduce(isAudit ? { type: "audit", id, ...labelled } : { type: "label", ...labelled });
    if (isRefitDue(this.#state)) this.#reduce({ type: "refit", at: 0 });
    this.#records.set(entry, recordWith(this.#recordOf(entry), similarity, isCorrect));
    if (!isCorrect) this.#entries.add(question);
  }

  #recordOf(entry: number): EntryRecord {
    return this.#records.get(entry) ?? EMPTY_RECORD;
  }

  #reduce(event: CertificationEvent): void {
    this.#state = reduceCertification(this.#state, event);
  }
}
