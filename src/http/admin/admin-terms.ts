import type { z } from "zod";
import type { Period } from "../../domain/reports/period.ts";
import type { Report } from "../../domain/reports/report.ts";
import type { IncidentDesk } from "../../jobs/incidents/incident-desk.ts";
import type { IncidentSources } from "../../jobs/incidents/tell-incident.ts";
import type { ChangeBook } from "../../domain/changes/change-book.ts";
import type { ChangesDesk } from "../../jobs/now/changes-desk.ts";
import type { NowDesk } from "../../jobs/now/now-desk.ts";
import type { IncidentStore } from "../../ports/incident-store.ts";
import type { findDrift } from "../../contract/drift.ts";
import type { healthView } from "../../contract/health.ts";
import type { applyAnswer, applyProject } from "../../contract/projects.ts";
import type { SpellPolicies } from "../../domain/release/diff.ts";
import type { RetiringModel } from "../../domain/release/retiring.ts";
import type { VersionStore } from "../../ports/version-store.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { Retention } from "./kept-for.ts";
import type { ConfiguredProvider } from "./provider-view-of.ts";
import type { ConsoleSessions } from "../console/console-sessions.ts";
import type { LiveHub } from "../live/live-hub.ts";
import type { AlertBoard } from "../../jobs/alerts/alert-board.ts";
import type { BacktestDesk } from "../../jobs/backtest/backtest-desk.ts";
import type { AlertOutbox } from "../../ports/alert-outbox.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { BacktestStore } from "../../ports/backtest-store.ts";
import type { CallIndex } from "../../ports/call-index.ts";
import type { CallStore } from "../../ports/call-store.ts";
import type { ShadowBooks } from "../../ports/shadow-copies.ts";
import type { Drills } from "../../ports/drills.ts";
import type { FeedbackStore } from "../../ports/feedback-store.ts";
import type { FlagStore } from "../../ports/flag-store.ts";
import type { KeyStore } from "../../ports/key-store.ts";
import type { SeriesStore } from "../../ports/series-store.ts";
import type { SilenceStore } from "../../ports/silence-store.ts";
import type { SpendStore } from "../../ports/spend-store.ts";
import type { BudgetBank } from "../../ports/budget-bank.ts";
import type { PipelineStore } from "../../ports/pipeline-store.ts";
import type { PromotionTarget } from "../../delivery/promote.ts";
import type { ParityDifference } from "../../domain/parity/parity.ts";
import type { ReleaseContent } from "../../domain/release/release.ts";
import type { PauseStore } from "../../ports/pause-store.ts";
import type { StorageGauge } from "../../ports/storage-gauge.ts";
import type { Signer } from "../../ports/signer.ts";
import type { SightingBoard } from "../../ports/sighting-board.ts";
import type { Actor } from "../../domain/rollout/rollout.ts";

/** Where one looks at three in the morning. */
export interface SeeingTerms {
  readonly now: NowDesk;
  readonly changes: ChangesDesk;
  /** Takes what a person did that no other record tells of. */
  readonly noted: Pick<ChangeBook, "note">;
  /** The report of a week or a month. */
  readonly report: (environment: string, period: Period) => Promise<Report>;
  readonly incidents: {
    readonly store: IncidentStore;
    readonly desk: IncidentDesk;
    readonly sources: IncidentSources;
  };
}

/** Everything the admin API is plugged into. */
export interface AdminTerms {
  /** The gateway of the server's own environment. */
  readonly gateway: Gateway;
  readonly delivery: Delivery;
  readonly drills: Drills;
  readonly shadows: ShadowBooks;
  readonly calls: CallStore;
  readonly callIndex: CallIndex;
  readonly backtests: BacktestDesk;
  readonly backtestStore: BacktestStore;
  readonly feedback: FeedbackStore;
  /** What calls came to, in all environments. */
  readonly series: Pick<SeriesStore, "query">;
  readonly keys: KeyStore;
  readonly sessions: ConsoleSessions;
  readonly live: LiveHub;
  readonly flags: FlagStore;
  readonly alertStore: AlertStore;
  readonly alertOutbox: AlertOutbox;
  readonly silences: SilenceStore;
  readonly alertBoard: AlertBoard;
  /** What servers say of themselves. */
  readonly sightings: Pick<SightingBoard, "between">;
  /** The providers that the project of an environment names, by name. */
  readonly configuredProviders: (environment: string) => ReadonlyMap<string, ConfiguredProvider>;
  /** Obeys the kill switches that are written. */
  loadKills(): Promise<void>;
  /** What environments keep in common stores, as one of them sees it. */
  readonly storesOf: (environment: string) => {
    readonly pauses: PauseStore;
    readonly budgets: BudgetBank;
    readonly spend: SpendStore;
  };
  /** Signs exports. */
  readonly signer: Signer;
  readonly version: string;
  readonly versions: VersionStore;
  /** Policies in the words of rollward.yaml. */
  readonly spellPolicies: SpellPolicies;
  /** The models that retire, by the projects of all environments. */
  readonly retirements: () => readonly RetiringModel[];
  /** What differs between a project and the server. */
  drift(
    request: z.output<typeof findDrift.body>,
    environment: string | null,
  ): Promise<z.input<typeof findDrift.answer>>;
  /** Applies a project, or says what that would do. */
  apply(
    request: z.output<typeof applyProject.body>,
    by: {
      readonly actor: Actor;
      /** `null` where none is named. */
      readonly environment: string | null;
      /** Whether the key administers that environment alone. */
      readonly isBound: boolean;
    },
  ): Promise<z.input<typeof applyAnswer>>;
  /** What is configured for a release in an environment. */
  promotionTarget(content: ReleaseContent, environment: string): PromotionTarget;
  /** In what two environments differ, what matters most first. */
  parity(from: string, to: string): Promise<readonly ParityDifference[]>;
  /** When each environment's project was applied last, epoch milliseconds. */
  applied(): Promise<readonly { readonly environment: string; readonly at: number }[]>;
  readonly pipelines: PipelineStore;
  /** For how long things are kept. */
  readonly retention: () => Retention;
  readonly storage: StorageGauge & { readonly kind: "embedded" | "server" | "memory" };
  health(): Promise<z.input<typeof healthView>>;
  /** What is happening, what changed, and incidents. */
  readonly seeing: SeeingTerms;
  /** Whether the server takes no more traffic because it is about to end. */
  isStopping(): boolean;
  /** What is wrong behind the calls, in words that anybody may read; `null` when nothing is. */
  trouble(): Promise<string | null>;
}
