/**
 * What a budget has reached and what people were told of it are kept apart: an answer that comes too late, and a server
 * that dies, must not take an alert with them. Who was asked to tell has some seconds to say that it did. Answers name
 * their lease, and of one account orders are carried out as they came. Everything that was reached before was told.
 */
export const toldThresholds = `
alter table budget_accounts rename column alerted to reached;
alter table budget_accounts
  add column told smallint not null default 0,
  add column asked text collate "C",
  add column asked_at timestamptz;
update budget_accounts set told = reached;

drop function budget_exchange(json, numeric);
create function budget_exchange(orders json, share_divisor numeric)
returns table (account text, granted text, room text, settled text, crossed integer, lease text) language plpgsql as $$
#variable_conflict use_column
declare
  o record;
  a budget_accounts%rowtype;
  l budget_leases%rowtype;
  granted_now numeric;
  room_now numeric;
  known numeric;
  pending numeric;
  ahead numeric;
  give numeric;
  total numeric;
  level integer;
  before integer;
begin
  for o in
    select * from rows from (json_to_recordset(orders) as (
      account text, lease text, budget text, subject text, ends_at bigint, limit_pico numeric, granted numeric,
      settled numeric, returned numeric, need numeric, pending numeric, ahead numeric, refused boolean, told integer
    )) with ordinality as x(
      account, lease, budget, subject, ends_at, limit_pico, granted, settled, returned, need, pending, ahead, refused,
      told, place
    ) order by x.account collate "C", x.place
  loop
    insert into budget_accounts (id, budget, subject, ends_at, limit_pico)
      values (o.account, o.budget, o.subject, o.ends_at, o.limit_pico) on conflict (id) do nothing;
    select * into strict a from budget_accounts b where b.id = o.account for update;
    insert into budget_leases (account, lease) values (o.account, o.lease) on conflict do nothing;
    select * into strict l from budget_leases b where b.account = o.account and b.lease = o.lease;

    o.settled := greatest(o.settled, l.settled_pico);
    o.returned := greatest(o.returned, l.returned_pico);
    granted_now := greatest(l.granted_pico, o.settled + o.returned);
    a.committed_pico := a.committed_pico + (granted_now - o.returned) - (l.granted_pico - l.returned_pico);
    room_now := o.limit_pico - a.committed_pico;
    known := granted_now - o.granted;
    give := 0;
    if room_now > 0 and greatest(0, o.need - known) <= room_now then
      pending := greatest(0, o.pending - known);
      ahead := greatest(0, o.ahead - greatest(0, known - o.pending));
      give := least(room_now, pending + least(ahead, div(room_now, share_divisor)));
    end if;

    total := a.settled_pico + o.settled - l.settled_pico;
    level := case
      when o.refused or total >= o.limit_pico then 100
      when total * 100 >= o.limit_pico * 90 then 90
      when total * 100 >= o.limit_pico * 75 then 75
      when total * 100 >= o.limit_pico * 50 then 50
      else 0 end;
    if a.limit_pico <> o.limit_pico then
      a.reached := least(a.reached, level);
      a.told := least(a.told, level);
    end if;
    before := a.reached;
    a.reached := greatest(before, level);
    a.told := greatest(a.told, o.told);
    crossed := null;
    if a.reached > a.told and (level > before or a.asked is null or a.asked = o.lease
      or a.asked_at <= clock_timestamp() - interval '10 seconds') then
      crossed := a.reached;
      a.asked := o.lease;
      a.asked_at := clock_timestamp();
    end if;
    -- A server of an earlier version tells it at once and never says so.
    if o.told is null then a.told := greatest(a.told, crossed); end if;

    update budget_accounts b set limit_pico = o.limit_pico, committed_pico = a.committed_pico + give,
      settled_pico = total, reached = a.reached, told = a.told, asked = a.asked, asked_at = a.asked_at
      where b.id = o.account;
    update budget_leases b set granted_pico = granted_now + give, settled_pico = o.settled,
      returned_pico = o.returned, told_at = now() where b.account = o.account and b.lease = o.lease;

    account := o.account;
    granted := (granted_now + give)::text;
    room := (room_now - give)::text;
    settled := total::text;
    lease := o.lease;
    return next;
  end loop;
end
$$;
`;
