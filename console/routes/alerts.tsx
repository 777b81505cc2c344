import { BackTest } from "../features/alerts/back-test.tsx";
import { Deliveries } from "../features/alerts/deliveries.tsx";
import { FiringAlerts } from "../features/alerts/firing-alerts.tsx";
import { Rules } from "../features/alerts/rules.tsx";
import { Silences } from "../features/alerts/silences.tsx";
import { Slos } from "../features/alerts/slos.tsx";
import { Page } from "../ui/page.tsx";
import { Tabs, useTab } from "../ui/tabs.tsx";

const TABS = [
  { id: "alerts", label: "Alerts" },
  { id: "slos", label: "Service levels" },
  { id: "rules", label: "Rules" },
  { id: "back-test", label: "Back-test" },
  { id: "silences", label: "Silences" },
  { id: "deliveries", label: "Deliveries" },
] as const;

const SHOWN = {
  alerts: FiringAlerts,
  slos: Slos,
  rules: Rules,
  "back-test": BackTest,
  silences: Silences,
  deliveries: Deliveries,
} as const;

/** What fires, what is left of service levels, who was told, and what the rules would have done. */
export function AlertsPage() {
  const tab = useTab("tab", TABS) as keyof typeof SHOWN;
  const Shown = SHOWN[tab];
  return (
    <Page
      title="Service levels and alerts"
      lead="Rules stand in rollward.yaml; the default ones are on without a word."
    >
      <Tabs name="tab" label="Alerts" tabs={TABS} />
      <Shown />
    </Page>
  );
}
