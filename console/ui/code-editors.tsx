import { json } from "@codemirror/lang-json";
import { markdown } from "@codemirror/lang-markdown";
import { unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import type { CodeDiffProps, CodeLanguage, CodeViewProps } from "./code-diff.tsx";

const theme = EditorView.theme({
  "&": { background: "transparent", color: "var(--color-ink)", fontSize: "12px" },
  "&.cm-focused": { outline: "2px solid var(--color-focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.6" },
  ".cm-content": { padding: "10px 0", caretColor: "var(--color-ink)" },
  ".cm-gutters": { background: "transparent", color: "var(--color-faint)", border: "none" },
  ".cm-changedLine": { background: "var(--color-ok-soft) !important" },
  ".cm-deletedChunk": { background: "var(--color-bad-soft) !important", paddingLeft: "6px" },
  ".cm-changedText": {
    background: "color-mix(in oklab, var(--color-ok) 26%, transparent) !important",
    textDecoration: "none",
  },
  ".cm-deletedText": {
    background: "color-mix(in oklab, var(--color-bad) 26%, transparent) !important",
    textDecoration: "none",
  },
  ".cm-collapsedLines": {
    background: "var(--color-sunken)",
    color: "var(--color-dim)",
    padding: "4px 12px",
  },
});

const languageOf = (language: CodeLanguage | undefined): Extension =>
  language === "json" ? json() : language === "markdown" ? markdown() : [];

const reading = (label: string): Extension => [
  theme,
  lineNumbers(),
  EditorView.lineWrapping,
  EditorState.readOnly.of(true),
  EditorView.contentAttributes.of({ "aria-label": label }),
];

/** An editor in a shadow root: there its styles are adopted sheets and not inline ones, which the policy forbids. */
function useEditor(doc: string, extensions: () => Extension) {
  const place = useRef<HTMLDivElement>(null);
  const make = useEffectEvent(extensions);
  useEffect(() => {
    const host = place.current;
    if (host === null) return undefined;
    const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    const view = new EditorView({ state: EditorState.create({ doc, extensions: make() }), parent: root, root });
    return () => view.destroy();
  }, [doc]);
  return place;
}

const FRAME = "max-h-[60dvh] overflow-auto rounded-md border border-line bg-surface";

/** A text against an earlier one; see `CodeDiff`. */
export function MergeEditor({ before, after, label, language }: CodeDiffProps) {
  const place = useEditor(after, () => [
    reading(label),
    languageOf(language),
    unifiedMergeView({
      original: before,
      mergeControls: false,
      gutter: true,
      collapseUnchanged: { margin: 3, minSize: 6 },
    }),
  ]);
  return <div key={`${before}\0${after}`} ref={place} className={FRAME} />;
}

/** A text; see `CodeView`. */
export function ReadEditor({ text, label, language }: CodeViewProps) {
  const place = useEditor(text, () => [reading(label), languageOf(language)]);
  return <div ref={place} className={FRAME} />;
}
