const wordsIn = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** Words that carry no subject. English first; the articles and prepositions of German, French and Spanish beside it. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  wordsIn(`
  a an the this that these those some any each every all both i me my mine we us our ours you your yours he him his she
  her hers it its they them their theirs who whom whose which what when where why how am is are was were be been being
  do does did doing done have has had having can could will would shall should may might must of in on at to from by
  for with about into onto over under up down out off and or but if then than so as just also too very really there
  here please hi hello hey thanks thank would like want need tell know give get got im ive id lets let
  der die das ein eine einen dem den des und oder ist sind war ich du wir ihr sie es mein meine zu im am auf mit für von
  le la les un une des du de et ou est sont je tu il elle nous vous mon ma mes à en pour avec dans que qui
  el los las una unos unas y o es son yo mi mis con para por en del al que`),
);

/** Words that turn a sentence round. `n't` is split off before. */
export const NEGATORS: ReadonlySet<string> = new Set(
  wordsIn(`not no never none nobody nothing nowhere neither nor cannot cant dont doesnt didnt wont wouldnt shouldnt couldnt
  isnt arent wasnt werent havent hasnt hadnt mustnt aint without unable impossible except
  nicht kein keine keinen keinem keiner nie niemals ohne ni jamais sans aucun aucune nunca jamás sin ningún ninguna pas`),
);

/** Number words by what they count. */
export const NUMBER_WORDS: ReadonlyMap<string, string> = new Map(
  wordsIn(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
  eighteen nineteen twenty`)
    .map((word, value): [string, string] => [word, String(value)])
    .concat([
      ["thirty", "30"],
      ["forty", "40"],
      ["fifty", "50"],
      ["sixty", "60"],
      ["seventy", "70"],
      ["eighty", "80"],
      ["ninety", "90"],
      ["hundred", "100"],
      ["thousand", "1000"],
      ["million", "1000000"],
      ["first", "1"],
      ["second", "2"],
      ["third", "3"],
      ["twice", "2"],
    ]),
);

/** Words whose exchange turns a question into another one. Each line is two sides; any word of a side stands for it. */
const OPPOSITES = `
  open opening opened|close closing closed
  enable enabled activate activated activating activation|disable disabled deactivate deactivated
  increase increased raise raising raised higher|decrease decreased reduce reduced lower lowering
  add adding added|remove removing removed delete deleted deleting
  buy buying bought purchase purchased|sell selling sold
  send sending sent outgoing|receive receiving received incoming
  deposit deposited|withdraw withdrawing withdrawal withdrawn withdrew
  lock locked locking block blocked freeze frozen|unlock unlocked unlocking unblock unblocked unfreeze
  start started starting begin|stop stopped stopping end ended cancel cancelled canceled
  before earlier earliest|after later latest
  above over more most maximum max|below under less least fewer minimum min
  physical|virtual
  login signin|logout signout
  pass passed succeed succeeded|fail failed failing
  accept accepted accepting allow allowed approve approved|reject rejected decline declined refuse refused deny denied
  left|right
  hot warm warmer|cold cool cooler
  good best better|bad worst worse
  safe|unsafe dangerous
  legal|illegal
  import imported|export exported
  upload uploaded|download downloaded
  credit|debit
  domestic national local|international foreign abroad
  find found|lose losing lost
  arrival arrive arrived arriving|departure depart departed departing
  north|south
  east|west
  male man men|female woman women
  public|private
  free|paid
  new newest|old oldest
  first|last
  increase|decrease
  upgrade upgraded|downgrade downgraded
  push|pull
  win won winning|lost
  on|off
  in|out
  yes|no
  heute|gestern morgen
  kaufen|verkaufen
  öffnen|schließen
  ouvrir|fermer
  acheter|vendre
  abrir|cerrar
  comprar|vender`;

/** For each word the sides it stands on: `2k` and `2k + 1` are opposites. */
export const SIDES: ReadonlyMap<string, readonly number[]> = (() => {
  const sides = new Map<string, number[]>();
  const lines = OPPOSITES.split("\n").filter((line) => line.includes("|"));
  for (const [pair, line] of lines.entries()) {
    for (const [side, words] of line.split("|").entries()) {
      for (const word of wordsIn(words)) sides.set(word, [...(sides.get(word) ?? []), 2 * pair + side]);
    }
  }
  return sides;
})();

/** Words that point at something said before. */
export const POINTERS: ReadonlySet<string> = new Set(
  wordsIn(`it its itself this that these those they them their theirs he him his she her hers there then such same one ones
  former latter above previous earlier again instead else another other
  das dies diese dieser dieses ihn ihm sie es dort damit davon dazu darüber
  ça cela ceci celui celle lui leur eso esto ese esa aquel aquello ello`),
);

/** Beginnings of questions that go on from an earlier one. */
export const CONTINUERS: ReadonlySet<string> = new Set(
  wordsIn(`and but or so also then because ok okay yes no yeah nope sure und aber oder also et mais ou alors y pero o`),
);

/** Words that make an answer one of a day. */
export const TIME_WORDS: ReadonlySet<string> = new Set(
  wordsIn(`today todays tonight tomorrow tomorrows yesterday yesterdays currently nowadays latest newest ago
  heute gestern morgen aktuell derzeit neueste aujourd'hui demain hier actuellement hoy mañana ayer actualmente`),
);

/** Two words that together do the same: `this week`, `right now`. */
export const TIME_PAIRS: ReadonlySet<string> = new Set(
  ["this", "next", "last", "past", "coming"]
    .flatMap((which) =>
      wordsIn(
        "second minute hour day week weekend month quarter year morning afternoon evening night monday tuesday wednesday thursday friday saturday sunday",
      ).map((span) => `${which} ${span}`),
    )
    .concat(["right now", "so far", "as yet", "at present", "these days", "just now"]),
);
