/**
 * What calls came to, by the minute and the hour, of all replicas together; and the last batch of each replica, so that none is added
 * twice. Histograms are lists of counts by bucket; `series_add` and `series_merge` add them and counts by name. A function in plain SQL would cost
 * 25 µs a row before it does anything.
 */
export const series = `
create table series_cells (
  span text collate "C" not null,
  start bigint not null,
  environment text collate "C" not null,
  endpoint text collate "C" not null,
  release text collate "C" not null,
  arm text collate "C" not null,
  tier text collate "C" not null,
  model text collate "C" not null,
  calls bigint not null,
  failed bigint not null,
  faults bigint not null,
  abandoned bigint not null,
  streams bigint not null,
  attempts bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_pico numeric(30) not null,
  thumbs_up bigint not null,
  thumbs_down bigint not null,
  problems bigint not null,
  corrections bigint not null,
  scores bigint not null,
  scores_micro bigint not null,
  judged bigint not null,
  judged_micro bigint not null,
  errors jsonb not null,
  attempt_errors jsonb not null,
  judged_by integer[] not null,
  latency integer[] not null,
  latency_micros numeric(30) not null,
  first_token integer[] not null,
  first_token_micros numeric(30) not null,
  primary key (span, start, environment, endpoint, release, arm, tier, model)
);

create table series_batches (
  replica_id text collate "C" primary key,
  sequence bigint not null,
  written_at timestamptz not null default now()
);

create function series_add(one bigint[], other bigint[]) returns bigint[] language plpgsql immutable as $$
declare
  total bigint[] := one;
begin
  if cardinality(other) = 0 then return one; end if;
  if cardinality(one) = 0 then return other; end if;
  for place in 1..least(cardinality(one), cardinality(other)) loop
    if other[place] <> 0 then total[place] := total[place] + other[place]; end if;
  end loop;
  return total || other[cardinality(one) + 1:];
end
$$;

create function series_merge(one jsonb, other jsonb) returns jsonb language plpgsql immutable as $$
begin
  if other = '{}'::jsonb then return one; end if;
  if one = '{}'::jsonb then return other; end if;
  return (
    select jsonb_object_agg(name, total) from (
      select name, sum(counted::bigint) as total
      from (select * from jsonb_each_text(one) union all select * from jsonb_each_text(other)) as counts(name, counted)
      group by name
    ) as totals
  );
end
$$;

create aggregate series_add_all(bigint[]) (sfunc = series_add, stype = bigint[], initcond = '{}');
create aggregate series_merge_all(jsonb) (sfunc = series_merge, stype = jsonb, initcond = '{}');
`;
