/**
 * Gives one replica its part of shared limits, atomically. KEYS: the zset of replicas, then one hash per meter.
 * ARGV: name of the replica, ms for which a replica lives without a word, then per meter eight values: kind ("b" a
 * bucket, "c" a cap on calls), amount, window in ms, burst, the least that is of use, the most that is wanted, what is
 * given back, and (for a cap) how many places the replica keeps. Gives back per meter what was granted, what is left,
 * and after how many ms the least would fit; last the number of replicas alive. The arithmetic is that of `Bucket`.
 * The clock of the server may be set: where it was set back no time has passed, once, and the new time is the base from
 * then on; where it was set forward a bucket is full at most.
 */
export const LEASE_SCRIPT = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local me, live_ms = ARGV[1], tonumber(ARGV[2])
for _, later in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', now), '+inf')) do
  redis.call('ZADD', KEYS[1], now, later)
end
redis.call('ZADD', KEYS[1], now, me)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - live_ms)
redis.call('PEXPIRE', KEYS[1], live_ms * 2)
local out = {}
for i = 2, #KEYS do
  local at = 3 + (i - 2) * 8
  local kind, amount, window, burst = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local least, most = tonumber(ARGV[at + 4]), tonumber(ARGV[at + 5])
  local back, keeps = tonumber(ARGV[at + 6]), tonumber(ARGV[at + 7])
  local key, granted, left, wait = KEYS[i], 0, 0, 0
  if kind == 'c' then
    local held = redis.call('HGETALL', key)
    local others = 0
    for h = 1, #held, 2 do
      if held[h] ~= me then
        if redis.call('ZSCORE', KEYS[1], held[h]) then others = others + tonumber(held[h + 1])
        else redis.call('HDEL', key, held[h]) end
      end
    end
    left = amount - others - keeps
    if most > 0 and left >= least then granted = math.min(most, left) end
    left = left - granted
    if keeps + granted > 0 then redis.call('HSET', key, me, keeps + granted) else redis.call('HDEL', key, me) end
    if granted < least then wait = 1000 end
    redis.call('PEXPIRE', key, live_ms * 2)
  else
    local state = redis.call('HMGET', key, 'level', 'carry', 'at')
    local level, carry, last = tonumber(state[1] or burst), tonumber(state[2] or 0), tonumber(state[3] or now)
    local passed = math.max(0, now - last)
    local missing = burst - level
    if missing <= 0 or passed >= math.ceil(missing * window / amount) then
      level, carry = burst, 0
    else
      local refilled = passed * amount + carry
      level = level + math.floor(refilled / window)
      carry = refilled % window
    end
    level = math.min(burst, level + back)
    if most > 0 and level >= math.min(least, burst) then
      granted = math.max(least, math.min(most, level))
    elseif least > 0 then
      wait = math.ceil(((math.min(least, burst) - level) * window - carry) / amount)
    end
    level = level - granted
    left = level
    redis.call('HSET', key, 'level', string.format('%.0f', level), 'carry', string.format('%.0f', carry),
      'at', string.format('%.0f', now))
    redis.call('PEXPIRE', key, math.ceil(math.max(burst - level, 1) * window / amount) + 60000)
  end
  out[#out + 1] = granted
  out[#out + 1] = left
  out[#out + 1] = wait
end
out[#out + 1] = redis.call('ZCARD', KEYS[1])
return out
`;
