import fc from "fast-check";
import { expect, test } from "vitest";
import { LANGUAGES, languageOf } from "./language.ts";

test.each([
  ["en", "How can I return the shoes that I have bought from you?"],
  ["de", "Wie kann ich die Schuhe zurückgeben, die ich bei Ihnen gekauft habe, und was kostet das?"],
  ["fr", "Comment est-ce que je peux rendre les chaussures que j'ai achetées dans votre magasin ?"],
  ["es", "¿Cómo puedo devolver los zapatos que compré en su tienda y qué cuesta?"],
  ["it", "Come posso restituire le scarpe che ho comprato e non mi vanno bene?"],
  ["pt", "Como posso devolver os sapatos que comprei e não são do meu tamanho, você sabe?"],
  ["nl", "Hoe kan ik de schoenen terugsturen die ik bij jullie heb gekocht en wat kost het?"],
  ["sv", "Hur kan jag skicka tillbaka skorna som jag har köpt och vad kostar det?"],
  ["pl", "Jak mogę zwrócić buty i czy to jest za darmo, proszę?"],
  ["ru", "Как я могу вернуть обувь?"],
  ["uk", "Як я можу повернути взуття і її вартість?"],
  ["ja", "返品するにはどうすればいいですか"],
  ["zh", "我怎样才能退货"],
  ["ko", "어떻게 반품하나요"],
  ["ar", "كيف يمكنني إرجاع الحذاء"],
  ["he", "איך אני יכול להחזיר את הנעליים"],
  ["el", "Πώς μπορώ να επιστρέψω τα παπούτσια"],
  ["hi", "मैं जूते कैसे वापस करूँ"],
  ["th", "ฉันจะคืนรองเท้าได้อย่างไร"],
])("tells %s by its script or its frequent words", (language, text) => {
  expect(languageOf(text)).toBe(language);
});

test.each(["", "42", "ok", "const x = 1;", "🙂🙂🙂🙂", "SKU-1001 XL"])("leaves %j undecided", (text) => {
  expect(languageOf(text)).toBeNull();
});

test("answers one of its languages or nothing, for any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => {
      const language = languageOf(text);
      expect(language === null || LANGUAGES.includes(language)).toBe(true);
    }),
  );
});
