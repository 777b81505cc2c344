/** Pauses that a rule made, and notes of what it did not do. */
export const pauseRules = `
alter table pauses add column rule text collate "C", add column rule_outcome text, add column rule_until bigint;
create index pauses_by_rule on pauses (rule, subject, position desc) where rule is not null;
`;
