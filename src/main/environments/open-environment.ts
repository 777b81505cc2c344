import { createNotingAnnouncer } from "../../adapters/environments/noting-announcer.ts";
import { createScopedAnnouncer } from "../../adapters/environments/scoped-announcer.ts";
import { createScopedBudgetBank } from "../../adapters/environments/scoped-budget-bank.ts";
import { createScopedMeaningStore } from "../../adapters/environments/scoped-meaning-store.ts";
import { createScopedPauseStore } from "../../adapters/environments/scoped-pause-store.ts";
import { createScopedProofStore } from "../../adapters/environments/scoped-proof-store.ts";
import { createScopedSpendStore } from "../../adapters/environments/scoped-spend-store.ts";
import { OwedPauses } from "../../adapters/pauses/owed-pauses.ts";
import { createMemoryPauses } from "../../adapters/pauses/memory-pauses.ts";
import { createMemoryPins } from "../../adapters/pins/memory-pins.ts";
import { createMemorySessionRoutes } from "../../adapters/session-routes/memory-session-routes.ts";
import { createMemorySummaries } from "../../adapters/summaries/memory-summaries.ts";
import { ErrorTally } from "../../domain/access/error-tally.ts";
import { IN_FORCE } from "../../domain/access/pause.ts";
import { Calibration } from "../../domain/context/calibration.ts";
import { AnswerLengths } from "../../domain/limits/answer-lengths.ts";
import type { ChangeBook } from "../../domain/changes/change-book.ts";
import { HealthBoard } from "../../domain/health/target-health.ts";
import type { SpendBook } from "../../domain/spend/spend-book.ts";
import { scoped } from "../../domain/traffic/environment-scope.ts";
import type { EnvironmentScope } from "../../domain/traffic/environment-scope.ts";
import { CallsUnderWay } from "../../gateway/calls-under-way.ts";
import type { Environments, Gateway } from "../../gateway/gateway.ts";
import { FlagDesk } from "../../gateway/flags/flag-desk.ts";
import { PrefixDesk } from "../../gateway/prompt-cache/prefix-desk.ts";
import type { Announcer } from "../../ports/announcer.ts";
import type { Embedders } from "../../ports/embedders.ts";
import type { FlagSwitches } from "../../ports/flag-switches.ts";
import type { ChannelRoutes } from "../../ports/routes.ts";
import { createCacheDesk } from "../create-cache-desk.ts";
import { createResultDesk } from "../create-result-desk.ts";
import { openLoad, openMeters } from "../open-meters.ts";
import type { Stores } from "../stores.ts";
import { RunningProject } from "./running-project.ts";

/** Sessions remembered so that they keep their side; about 100 bytes each. */
const PINS = 400_000;

/** Summaries of conversations that are remembered, bytes. */
const SUMMARY_BYTES = 16 * 1024 * 1024;

/** Sessions whose route is remembered; about 150 bytes each, and none without routing. */
const SESSION_ROUTES = 200_000;

/** What all environments of a server have in common: nothing that a call of one could change for another. */
export interface CommonGround extends Pick<
  Gateway,
  "clock" | "ids" | "keys" | "observer" | "recorder" | "copies" | "dialects" | "tokens" | "random"
> {
  readonly environments: Environments;
  readonly flagSwitches: FlagSwitches;
  readonly stores: Stores;
  readonly announcer: Announcer;
  /** Takes what is to be told as a change. */
  readonly noted: Pick<ChangeBook, "note">;
  readonly replicaId: string;
  readonly routes: ChannelRoutes;
  readonly spendBook: SpendBook;
  readonly embedders: Embedders;
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** One environment of a server: everything that belongs to it alone. */
export interface OpenEnvironment {
  readonly name: () => string;
  readonly gateway: Gateway;
  readonly project: RunningProject;
  /** The stores that environments share, as this one sees them. */
  readonly stores: Pick<Stores, "budgets" | "meanings" | "proofs" | "pauses" | "spend">;
  readonly announcer: Announcer;
  readonly errors: ErrorTally;
  /** Obeys the pauses that are written. */
  loadPauses(): Promise<void>;
}

/** Opens an environment; `name` may change for the server's own, whose scope is empty. Nothing runs yet. */
export function openEnvironment(
  ground: CommonGround,
  { name, scope }: { readonly name: () => string; readonly scope: EnvironmentScope },
): OpenEnvironment {
  const { clock, ids, replicaId, variables } = ground;
  const announcer = createNotingAnnouncer(createScopedAnnouncer(ground.announcer, scope), {
    environment: name,
    noted: ground.noted,
    clock,
  });
  const scopedStores = storesIn(ground.stores, scope);
  const stores = { ...scopedStores, pauses: new OwedPauses({ store: scopedStores.pauses, clock, announcer }) };
  const project = new RunningProject({ name, clock, variables });
  const settings = () => project.settings();
  const errors = new ErrorTally();
  const pauses = createMemoryPauses();
  const { valkey } = ground.stores;
  const shared = { ...stores, ...(valkey !== undefined && { valkey }) };
  const limits = () => settings().limits;
  const gateway: Gateway = {
    ...commonOf(ground),
    routes: ground.routes.of(name),
    pins: createMemoryPins(PINS, ground.clock),
    pauses,
    spend: spendIn(ground.spendBook, scope),
    errors,
    underWay: new CallsUnderWay(),
    sessionRoutes: createMemorySessionRoutes(SESSION_ROUTES),
    announcer,
    cache: createCacheDesk(shared, {
      clock,
      ids,
      scope,
      maxBytes: () => limits().cacheBytes,
      announcer,
      embedders: ground.embedders,
    }),
    results: createResultDesk(shared, { clock, ids, scope, maxBytes: () => limits().resultBytes }),
    ...openMeters({ stores: shared, replicaId, clock, announcer, scope }),
    ...openLoad({ stores: shared, replicaId, clock, scope, health: new HealthBoard(), settings }),
    flags: new FlagDesk({ clock, switches: ground.flagSwitches, settings }),
    prefixes: new PrefixDesk(),
    calibration: new Calibration(),
    answerLengths: new AnswerLengths(),
    summaries: createMemorySummaries(SUMMARY_BYTES),
    settings,
  };
  const loadPauses = async (): Promise<void> => pauses.replace(await stores.pauses.list(IN_FORCE));
  return { name, gateway, project, stores, announcer, errors, loadPauses };
}

/** What is spent, under the endpoint's name as it stands in the common book. */
const spendIn = (book: SpendBook, scope: EnvironmentScope): Gateway["spend"] =>
  scope === ""
    ? book
    : { note: (slot, attempt) => book.note({ ...slot, endpoint: scoped(scope, slot.endpoint) }, attempt) };

const commonOf = ({
  environments,
  clock,
  ids,
  keys,
  observer,
  recorder,
  copies,
  dialects,
  tokens,
  random,
}: CommonGround) => ({
  environments,
  clock,
  ids,
  keys,
  observer,
  recorder,
  ...(copies !== undefined && { copies }),
  dialects,
  tokens,
  random,
});

const storesIn = (stores: Stores, scope: EnvironmentScope): OpenEnvironment["stores"] => ({
  budgets: createScopedBudgetBank(stores.budgets, scope),
  meanings: createScopedMeaningStore(stores.meanings, scope),
  proofs: createScopedProofStore(stores.proofs, scope),
  pauses: createScopedPauseStore(stores.pauses, scope === "" ? null : scope.slice(0, -1)),
  spend: createScopedSpendStore(stores.spend, scope),
});
