import { MapPinOff } from "lucide-react";
import { Empty } from "../ui/empty.tsx";
import { Link } from "../ui/link.tsx";
import { Page } from "../ui/page.tsx";

/** An address that no page has. */
export function NoSuchPage() {
  return (
    <Page title="No such page">
      <Empty icon={MapPinOff} title="Nothing is at this address">
        It may be of a later version, or mistyped. <Link to="/">Go to Now</Link>, or press ⌘K to find a page.
      </Empty>
    </Page>
  );
}
