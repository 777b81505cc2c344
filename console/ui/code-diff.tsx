import { lazy, Suspense } from "react";
import { SkeletonRows } from "./skeleton.tsx";

/** What kind of text it is. */
export type CodeLanguage = "json" | "markdown" | "text";

/** Two texts to compare. */
export interface CodeDiffProps {
  readonly before: string;
  readonly after: string;
  /** What is compared, read out. */
  readonly label: string;
  readonly language?: CodeLanguage;
}

/** One text to read. */
export interface CodeViewProps {
  readonly text: string;
  readonly label: string;
  readonly language?: CodeLanguage;
}

const Merge = lazy(async () => ({ default: (await import("./code-editors.tsx")).MergeEditor }));
const View = lazy(async () => ({ default: (await import("./code-editors.tsx")).ReadEditor }));

/** Two texts, changes marked within their lines, what is the same folded away. Loaded when it is first needed. */
export function CodeDiff(props: CodeDiffProps) {
  return (
    <Suspense fallback={<SkeletonRows />}>
      <Merge {...props} />
    </Suspense>
  );
}

/** A text with line numbers and folding, however long. Loaded when it is first needed. */
export function CodeView(props: CodeViewProps) {
  return (
    <Suspense fallback={<SkeletonRows />}>
      <View {...props} />
    </Suspense>
  );
}
