import { useBoundKeys } from "../lib/keys.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { openShellPanel } from "./shell-panels.ts";

/** The keys that work now: those of the page first. */
export function KeysHelp() {
  const groups = useBoundKeys();
  return (
    <Dialog open wide onlyText title="Keys" onClose={() => openShellPanel(null)}>
      <div className="columns-1 gap-8 p-5 sm:columns-2">
        {groups.toReversed().map(({ title, bindings }, index) => (
          <section key={index} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 text-xs font-medium text-faint">{title}</h3>
            <dl>
              {bindings.map(({ key, does }) => (
                <div key={key} className="flex items-center justify-between gap-3 py-1">
                  <dt className="text-sm">{does}</dt>
                  <dd className="shrink-0">
                    <span className="sr-only">{key}</span>
                    <Kbd keys={key} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
