import { beforeEach, describe, expect, test } from "vitest";
import { createMemoryProofStore } from "../../../adapters/stores/memory/memory-proof-store.ts";
import type { CertificationEvent } from "../../../domain/cache/semantic/certification.ts";
import { readCertification } from "../../../domain/cache/semantic/certification-json.ts";
import { DEFAULT_TERMS } from "../../../domain/cache/semantic/certification-terms.ts";
import { FEATURE_NAMES } from "../../../domain/cache/semantic/pair-features.ts";
import type { ProofStore } from "../../../ports/proof-store.ts";
import { HandClock } from "../../../../test/fixtures/hand-clock.ts";
import { Certifications } from "./certifications.ts";
import type { MeaningGroup } from "./certifications.ts";

const GROUP: MeaningGroup = {
  name: "g".repeat(64),
  endpoint: "faq",
  release: "faq@1",
  scope: "tenant acme",
  terms: { ...DEFAULT_TERMS, embedder: "e", judge: "j" },
};

let ids = 0;

const audit = (isCorrect = true): CertificationEvent => ({
  type: "audit",
  at: 1,
  id: `call_${(ids += 1)}`,
  embedder: "e",
  judge: "j",
  features: FEATURE_NAMES.map(() => 0.5),
  isCorrect,
});

const SILENT = { decided: () => {}, troubled: () => {}, recovered: () => {} };

/** A store that can be away, or take what it is given without saying so. */
function leaveable(): { readonly store: ProofStore; isAway: boolean; isMute: boolean } {
  const kept = createMemoryProofStore();
  const door = {
    isAway: false,
    isMute: false,
    store: {
      ...kept,
      async find(group: string, known: number | null) {
        if (door.isAway) throw new Error("The store is away.");
        return kept.find(group, known);
      },
      async save(...terms: Parameters<ProofStore["save"]>) {
        if (door.isAway) throw new Error("The store is away.");
        const isSaved = await kept.save(...terms);
        if (door.isMute) throw new Error("The store has taken it, and its answer was lost.");
        return isSaved;
      },
    },
  };
  return door;
}

describe("what is proven", () => {
  let clock: HandClock;
  let door: ReturnType<typeof leaveable>;

  const replica = (): Certifications => new Certifications({ store: door.store, clock, announcer: SILENT });

  const auditsKept = async (): Promise<number | undefined> => {
    const kept = await door.store.find(GROUP.name, null);
    return kept === null || kept === "same" ? undefined : readCertification(kept.text)?.audits;
  };

  beforeEach(() => {
    clock = new HandClock();
    door = leaveable();
  });

  test("begins to be collected when somebody asks for it, and is kept with an account for people", async () => {
    const state = await replica().current(GROUP);
    expect(state).toMatchObject({ phase: "collecting", terms: GROUP.terms });
    const [account] = await door.store.accounts();
    expect(account).toMatchObject({ group: GROUP.name, endpoint: "faq" });
    expect(JSON.parse(account?.about ?? "")).toMatchObject({ release: "faq@1", scope: "tenant acme" });
  });

  test("counts the verdicts of all replicas, whoever writes first", async () => {
    const [one, other] = [replica(), replica()];
    await Promise.all([one.current(GROUP), other.current(GROUP)]);
    for (let count = 0; count < 10; count += 1) {
      one.tell(GROUP, audit());
      other.tell(GROUP, audit(false));
    }
    await Promise.all([one.flush(), other.flush()]);
    expect(await auditsKept()).toBe(20);
    clock.advance(3_000);
    await one.current(GROUP);
    await one.flush();
    expect((await one.current(GROUP))?.audits).toBe(20);
  });

  test("is written by itself a second after a verdict", async () => {
    const one = replica();
    await one.current(GROUP);
    one.tell(GROUP, audit());
    clock.advance(1_000);
    await one.flush();
    expect(await auditsKept()).toBe(1);
  });

  test("holds for a minute without the store, and not longer", async () => {
    const one = replica();
    await one.current(GROUP);
    door.isAway = true;
    clock.advance(30_000);
    expect(await one.current(GROUP)).not.toBeNull();
    clock.advance(31_000);
    expect(await one.current(GROUP)).toBeNull();
    door.isAway = false;
    clock.advance(3_000);
    expect(await one.current(GROUP)).toMatchObject({ phase: "collecting" });
  });

  test("loses no verdict that came while the store was away", async () => {
    const one = replica();
    await one.current(GROUP);
    door.isAway = true;
    for (let count = 0; count < 5; count += 1) one.tell(GROUP, audit());
    await one.flush();
    expect((await one.current(GROUP))?.audits).toBe(5);
    door.isAway = false;
    await one.flush();
    expect(await auditsKept()).toBe(5);
  });

  test("counts no verdict twice that was written when the store's answer was lost", async () => {
    const one = replica();
    await one.current(GROUP);
    one.tell(GROUP, audit());
    door.isMute = true;
    await one.flush();
    one.tell(GROUP, audit());
    door.isMute = false;
    await one.flush();
    expect(await auditsKept()).toBe(2);
    expect((await one.current(GROUP))?.audits).toBe(2);
  });

  test("begins anew where the kept state cannot be read", async () => {
    await door.store.save({ group: GROUP.name, endpoint: "faq", text: "{nonsense", about: "" }, null, 1);
    expect(await replica().current(GROUP)).toMatchObject({ phase: "collecting", audits: 0, terms: GROUP.terms });
    expect(await auditsKept()).toBe(0);
  });

  test("another judge begins with nothing", async () => {
    const one = replica();
    await one.current(GROUP);
    one.tell(GROUP, audit());
    await one.flush();
    const changed = { ...GROUP, terms: { ...DEFAULT_TERMS, embedder: "e", judge: "another" } };
    expect(await replica().current(changed)).toMatchObject({ phase: "collecting", audits: 0 });
  });
});
