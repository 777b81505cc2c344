/**
 * Budgets: accounts with what is committed of them, and the leases of replicas. All sums are pico-dollars. The function
 * carries out one replica's orders in one transaction, accounts in the order of their names so that two replicas never
 * wait for each other; it does what `exchange` of domain/budgets does. Keys may belong to a tenant.
 */
export const budgets = `
alter table keys add column tenant text collate "C";

create table budget_accounts (
  id text collate "C" primary key,
  budget text collate "C" not null,
  subject text collate "C" not null,
  ends_at bigint,
  limit_pico numeric(24) not null,
  committed_pico numeric(24) not null default 0,
  settled_pico numeric(24) not null default 0,
  alerted smallint not null default 0
);
create index budget_accounts_ends_at on budget_accounts (ends_at);

create table budget_leases (
  account text collate "C" not null references budget_accounts (id) on delete cascade,
  lease text collate "C" not null,
  granted_pico numeric(24) not null default 0,
  settled_pico numeric(24) not null default 0,
  returned_pico numeric(24) not null default 0,
  told_at timestamptz not null default now(),
  primary key (account, lease)
);

create function budget_exchange(orders json, share_divisor numeric)
returns table (account text, granted text, room text, settled text, crossed integer) language plpgsql as $$
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
  told integer;
begin
  for o in
    select * from json_to_recordset(orders) as x(
      account text, lease text, budget text, subject text, ends_at bigint, limit_pico numeric, granted numeric,
      settled numeric, returned numeric, need numeric, pending numeric, ahead numeric, refused boolean
    ) order by x.account collate "C"
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
    told := case when a.limit_pico = o.limit_pico then a.alerted else least(a.alerted, level) end;

    update budget_accounts b set limit_pico = o.limit_pico, committed_pico = a.committed_pico + give,
      settled_pico = total, alerted = greatest(told, level) where b.id = o.account;
    update budget_leases b set granted_pico = granted_now + give, settled_pico = o.settled,
      returned_pico = o.returned, told_at = now() where b.account = o.account and b.lease = o.lease;

    account := o.account;
    granted := (granted_now + give)::text;
    room := (room_now - give)::text;
    settled := total::text;
    crossed := case when level > told then level end;
    return next;
  end loop;
end
$$;
`;
