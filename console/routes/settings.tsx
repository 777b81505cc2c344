import { ConsoleSessions } from "../features/settings/console-sessions.tsx";
import { Environments } from "../features/settings/environments.tsx";
import { Keys } from "../features/settings/keys.tsx";
import { Providers } from "../features/settings/providers.tsx";
import { ServerHealth } from "../features/settings/server-health.tsx";
import { Stops } from "../features/settings/stops.tsx";
import { Storage } from "../features/settings/storage.tsx";
import { Page } from "../ui/page.tsx";
import { Tabs, useTab } from "../ui/tabs.tsx";

const TABS = [
  { id: "keys", label: "Keys" },
  { id: "stops", label: "Emergency stops" },
  { id: "providers", label: "Providers" },
  { id: "server", label: "This server" },
  { id: "storage", label: "Storage" },
  { id: "environments", label: "Environments" },
  { id: "sign-ins", label: "Sign-ins" },
] as const;

const SHOWN = {
  keys: Keys,
  stops: Stops,
  providers: Providers,
  server: ServerHealth,
  storage: Storage,
  environments: Environments,
  "sign-ins": ConsoleSessions,
} as const;

/** Keys, stops, providers, the server's own health, what fills its disk, its environments, and who is signed in. */
export function SettingsPage() {
  const tab = useTab("tab", TABS) as keyof typeof SHOWN;
  const Shown = SHOWN[tab];
  return (
    <Page title="Settings" lead="What is not in rollward.yaml. Everything else is changed there and applied.">
      <Tabs name="tab" label="Settings" tabs={TABS} />
      <Shown />
    </Page>
  );
}
