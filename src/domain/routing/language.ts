/** Characters that are looked at. */
const MAX_CHARACTERS = 4_000;
/** Fewer letters than this tell nothing. */
const MIN_LETTERS = 4;
/** Stop words that a language needs to be named, and by how much it must lead. */
const MIN_HITS = 2;

/** Scripts that one language of ours stands for, as ranges of code points. */
const SCRIPTS: readonly (readonly [language: string, first: number, last: number])[] = [
  ["el", 0x0370, 0x03ff],
  ["ru", 0x0400, 0x052f],
  ["he", 0x0590, 0x05ff],
  ["ar", 0x0600, 0x06ff],
  ["hi", 0x0900, 0x097f],
  ["th", 0x0e00, 0x0e7f],
  ["ja", 0x3040, 0x30ff],
  ["zh", 0x4e00, 0x9fff],
  ["ko", 0xac00, 0xd7af],
];

/** Letters that Ukrainian has and Russian has not. */
const UKRAINIAN = /[іїєґ]/i;

/** Frequent little words. Those that several languages share count for each of them. */
const STOP_WORDS: Readonly<Record<string, string>> = {
  en: "the of and to in is that it for you with on are this be have not my your how what can from do was",
  de: "der die das und ist nicht ich sie mit ein eine zu den auf für wie was kann mein von dem im es sind haben bitte",
  fr: "le la les de des et est je vous un une que pour dans pas sur avec mon ma ce comment qui du au plus être bonjour",
  es: "el la los las de que y en un una es no por con para mi se como qué del su está al lo más hola",
  it: "il lo la gli di che e è un una non per con come mi sono della del dei si ho cosa questo anche ciao",
  pt: "o a os as de que e em um uma não para com por como meu minha do da se é você está mais olá",
  nl: "de het een en van is niet ik je dat met voor op te zijn hoe wat kan mijn om ook aan naar er heb",
  sv: "och att det är en ett som jag på inte för med har av till hur vad kan min den du om vi ska",
  pl: "i w na z nie się to jest że do jak co mam moje czy za od po dla ale może są już jego proszę",
};

const LANGUAGES_OF: ReadonlyMap<string, readonly string[]> = wordTable();

/** Every language that can be told, for the check of configurations. */
export const LANGUAGES: readonly string[] = [...Object.keys(STOP_WORDS), ...SCRIPTS.map(([name]) => name), "uk"];

function wordTable(): ReadonlyMap<string, readonly string[]> {
  const table = new Map<string, string[]>();
  for (const [language, words] of Object.entries(STOP_WORDS)) {
    for (const word of words.split(" ")) {
      const known = table.get(word);
      if (known === undefined) table.set(word, [language]);
      else known.push(language);
    }
  }
  return table;
}

/**
 * The language of a text as its ISO 639-1 code, or `null`: by script where a script tells, else by counting stop
 * words of nine European languages, of which the leader needs two hits and one more than the next. A plain
 * detector, meant for rules such as "German goes to this model"; short or mixed texts are left undecided.
 */
export function languageOf(text: string): string | null {
  const looked = text.slice(0, MAX_CHARACTERS);
  const { letters, leader, leading } = scriptOf(looked);
  if (letters < MIN_LETTERS && leading === 0) return null;
  // One ideogram says more than one letter: a third of the text is enough.
  if (leader !== null && leading * 3 >= letters) return leader === "ru" && UKRAINIAN.test(looked) ? "uk" : leader;
  return byStopWords(looked);
}

interface ScriptCount {
  readonly letters: number;
  readonly leader: string | null;
  readonly leading: number;
}

function scriptOf(text: string): ScriptCount {
  const counts = new Map<string, number>();
  let letters = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    // ASCII letters and the rest of Latin.
    if ((point >= 0x41 && point <= 0x5a) || (point >= 0x61 && point <= 0x7a) || (point >= 0xc0 && point <= 0x24f)) {
      letters += 1;
      continue;
    }
    if (point < 0x0370) continue;
    const script = SCRIPTS.find(([, first, last]) => point >= first && point <= last);
    if (script === undefined) continue;
    letters += 1;
    counts.set(script[0], (counts.get(script[0]) ?? 0) + 1);
  }
  // Japanese is written with Chinese characters too: kana decide.
  if (counts.has("ja")) {
    counts.set("ja", (counts.get("ja") ?? 0) + (counts.get("zh") ?? 0));
    counts.delete("zh");
  }
  const [first] = [...counts].toSorted((one, other) => other[1] - one[1]);
  return { letters, leader: first?.[0] ?? null, leading: first?.[1] ?? 0 };
}

function byStopWords(text: string): string | null {
  const hits = new Map<string, number>();
  for (const [word] of text.toLowerCase().matchAll(/\p{L}+/gu)) {
    for (const language of LANGUAGES_OF.get(word) ?? []) hits.set(language, (hits.get(language) ?? 0) + 1);
  }
  const [first, second] = [...hits].toSorted((one, other) => other[1] - one[1]);
  if (first === undefined || first[1] < MIN_HITS || first[1] <= (second?.[1] ?? 0)) return null;
  return first[0];
}
