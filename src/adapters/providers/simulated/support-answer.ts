/** What a customer may ask about: words that give the topic away, and the fact that a good answer contains. */
interface Topic {
  readonly words: readonly string[];
  readonly fact: string;
}

const TOPICS: readonly Topic[] = [
  {
    words: ["return", "send back", "exchange"],
    fact: "You can return any item within 30 days of delivery, as long as it is unworn and in its box.",
  },
  {
    words: ["refund", "money back", "charged twice"],
    fact: "Refunds reach your original payment method within 5 business days after we have received the item.",
  },
  {
    words: ["ship", "deliver", "arrive", "how long"],
    fact: "Standard delivery takes 3 to 5 business days, and express delivery takes 1 business day.",
  },
  {
    words: ["order", "track", "status", "parcel"],
    fact: "You can follow your order under Account, Orders: it shows the carrier and the tracking number.",
  },
  {
    words: ["password", "log in", "login", "sign in"],
    fact: "Choose Forgot password on the sign-in page, and you will get a link that is valid for 20 minutes.",
  },
  {
    words: ["warranty", "broken", "repair", "defect"],
    fact: "Every product has a warranty of 2 years, and we repair or replace it free of charge.",
  },
  {
    words: ["cancel", "subscription", "stop my"],
    fact: "You can cancel at any time under Account, Plan, and it takes effect at the end of the month.",
  },
  {
    words: ["invoice", "receipt", "vat", "tax"],
    fact: "Your invoices are under Account, Billing, as PDF files for the last 10 years.",
  },
];

const VAGUE: readonly string[] = [
  "That depends on a number of things, so it is hard to say in general.",
  "I am not sure about the details, but it is usually possible in some way.",
  "There may be a page about this somewhere on our site.",
];

const CLOSING: readonly string[] = [
  "Please let me know if that answers your question.",
  "If you tell me your order number, I can look at the details for you.",
  "Our team is here every day from 8 in the morning until 10 in the evening.",
  "You can also write to us at any time, and we answer within a day.",
  "Thank you for your patience, and have a good day.",
  "The same steps work in the app and on the web site.",
];

/** The sentences an answer is made of: the first says the fact, or avoids it; the others come in turn. */
export interface SupportAnswer {
  readonly first: string;
  readonly closing: readonly string[];
}

/** Answers a question of a customer. `pick` chooses among that many. */
export function supportAnswer(question: string, isGood: boolean, pick: (count: number) => number): SupportAnswer {
  const choice = pick(TOPICS.length * VAGUE.length);
  const asked = question.slice(0, 2_000).toLowerCase();
  const topic =
    TOPICS.find(({ words }) => words.some((word) => asked.includes(word))) ?? TOPICS[choice % TOPICS.length];
  const vague = VAGUE[choice % VAGUE.length] ?? "";
  return { first: isGood ? (topic?.fact ?? vague) : vague, closing: CLOSING };
}

/** The sentence with which a model declines. */
export const REFUSAL = "I am sorry, but I cannot help with that request.";

/** The web page of the fault `html`. */
export const WEB_PAGE =
  "<!doctype html><html><head><title>Sign in</title></head><body><h1>Please sign in</h1></body></html>\n";
