/** Lines of facts are lists by position. A program that cannot read them must not start here: it would take their packs for damaged. */
export const listedFacts = `
comment on table fact_packs is 'One line a call. Its facts are a list by position since migration 26, an object before.';
`;
