import { CLOCK, COUNTER } from './lua-counter.ts'

// A hold is packed as { expires, dispatched, { key, window, amount, fromCredit }, … } in one hash, its expiry in a sorted set.
const HOLDS = `
local holds, expiries = KEYS[1], KEYS[2]

local function close(id, hold, spent, time)
  redis.call('HDEL', holds, id)
  redis.call('ZREM', expiries, id)
  for i = 3, #hold do
    local key, window, amount, fromCredit = unpack(hold[i])
    local c = open(redis.call('GET', key), window)
    local actual = spent(amount, i - 2)
    local own = amount - fromCredit
    local charged = min(actual, own)
    if actual > amount then charged = actual - fromCredit end
    c[5] = max(0, c[5] - own)
    c[6] = c[6] + max(0, fromCredit - (actual - charged))
    local age = max(0, c[2] - floor(time / c[1]))
    if age == 0 then
      c[4] = c[4] + charged
    elseif age < 13 and charged > 0 then
      c[3] = c[3] + charged
      local tail = c[9] .. string.rep('\\0', age * 8 - #c[9])
      c[9] = sub(tail, 1, age * 8 - 8) .. pack('<d', older(c, age) + charged) .. sub(tail, age * 8 + 1)
    end
    save(key, c)
  end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, 100)) do
  local raw = redis.call('HGET', holds, id)
  if raw then
    local hold = cmsgpack.unpack(raw)
    close(id, hold, function(amount) return hold[2] == 1 and amount or 0 end, hold[1])
  else
    redis.call('ZREM', expiries, id)
  end
end
`

// After a failover acknowledged writes may be missing, so budgets stay closed until all of them have left the window.
const FAILOVER = `
local function closedFor(window)
  if ARGV[2] == '' then return 0, '' end
  local info = redis.call('INFO', 'server')
  local at = string.find(info, 'run_id:', 1, true)
  if not at then return 0, '' end
  local run = string.sub(info, at + 7, at + 46)
  local last = redis.call('HMGET', KEYS[3], 'run', 'since')
  if last[1] ~= run then
    local changed = last[1] or (ARGV[2] ~= '?' and ARGV[2] ~= run)
    last[2] = changed and now or 0
    redis.call('HSET', KEYS[3], 'run', run, 'since', last[2])
  end
  return max(0, tonumber(last[2]) + window - now), run
end
`

/** KEYS: holds, expiries, run, one counter for each budget. ARGV: now, last run id or `?` or ``, id, ttl, how long a failover closes, then limit, window, amount for each. */
export const RESERVE: string = `${CLOCK}${COUNTER}${HOLDS}${FAILOVER}
local id, ttl = ARGV[3], tonumber(ARGV[4])
local count = #KEYS - 3
local closed, run = closedFor(tonumber(ARGV[5]))
if closed > 0 then return { -2, closed, run } end

local raws = redis.call('MGET', unpack(KEYS, 4))
local found, pending, byKey = {}, {}, {}
local refusedBy, wait = -1, 0
for i = 1, count do
  local key = KEYS[3 + i]
  if not byKey[key] then
    byKey[key] = open(raws[i], tonumber(ARGV[4 + i * 3]))
    pending[key] = 0
  end
  found[i] = byKey[key]
end
if redis.call('HEXISTS', holds, id) == 0 then
  for i = 1, count do
    local c, limit, amount = found[i], tonumber(ARGV[3 + i * 3]), tonumber(ARGV[5 + i * 3])
    local needed = pending[KEYS[3 + i]] + amount
    pending[KEYS[3 + i]] = needed
    if now < c[8] or not (room(c, limit) >= needed) then
      if refusedBy < 0 then refusedBy = i - 1 end
      wait = max(wait, retryAfter(c, limit, needed))
    end
  end
  if refusedBy < 0 then
    local hold = { now + ttl, 0 }
    for i = 1, count do
      local c, amount = found[i], tonumber(ARGV[5 + i * 3])
      local fromCredit = takeCredit(c, tonumber(ARGV[3 + i * 3]), amount)
      c[5] = c[5] + amount - fromCredit
      hold[2 + i] = { KEYS[3 + i], tonumber(ARGV[4 + i * 3]), amount, fromCredit }
      save(KEYS[3 + i], c)
    end
    redis.call('HSET', holds, id, cmsgpack.pack(hold))
    redis.call('ZADD', expiries, now + ttl, id)
  end
end
local reply = { refusedBy, ceil(wait), run }
for i = 1, count do
  reply[#reply + 1] = remaining(found[i], tonumber(ARGV[3 + i * 3]))
  reply[#reply + 1] = ceil(resetAfter(found[i]))
end
return reply
`

/** KEYS: holds, expiries. ARGV: now, id. */
export const DISPATCH: string = `${CLOCK}${COUNTER}${HOLDS}
local raw = redis.call('HGET', holds, ARGV[2])
if not raw then return 0 end
local hold = cmsgpack.unpack(raw)
hold[2] = 1
redis.call('HSET', holds, ARGV[2], cmsgpack.pack(hold))
return 1
`

/** KEYS: holds, expiries. ARGV: now, id, actual amounts (`-` for the estimate). */
export const SETTLE: string = `${CLOCK}${COUNTER}${HOLDS}
local raw = redis.call('HGET', holds, ARGV[2])
if not raw then return 0 end
close(ARGV[2], cmsgpack.unpack(raw), function(amount, i) return tonumber(ARGV[2 + i]) or amount end, now)
return 1
`

/** KEYS: holds, expiries. ARGV: now, id. */
export const RELEASE: string = `${CLOCK}${COUNTER}${HOLDS}
local raw = redis.call('HGET', holds, ARGV[2])
if not raw then return 0 end
close(ARGV[2], cmsgpack.unpack(raw), function() return 0 end, now)
return 1
`

/** KEYS: holds, expiries, counters. ARGV: now, then limit, window for each. */
export const PEEK: string = `${CLOCK}${COUNTER}${HOLDS}
local reply = {}
for i = 3, #KEYS do
  local limit = tonumber(ARGV[i * 2 - 4])
  local c = open(redis.call('GET', KEYS[i]), tonumber(ARGV[i * 2 - 3]))
  reply[#reply + 1] = remaining(c, limit)
  reply[#reply + 1] = ceil(resetAfter(c))
end
return reply
`

/** KEYS: counter, slots. ARGV: now, `reset` | `credit` | `block`, amount, span. */
export const CHANGE: string = `${CLOCK}${COUNTER}
local raw = redis.call('GET', KEYS[1])
local c = { 0, 0, 0, 0, 0, 0, 0, 0, '' }
if raw then
  c = { unpackDoubles('<dddddddd', raw) }
  c[9] = sub(raw, 65)
end
local amount, span = tonumber(ARGV[3]), tonumber(ARGV[4])
if ARGV[2] == 'reset' then
  redis.call('DEL', KEYS[2])
  c[3], c[4], c[8], c[9] = 0, 0, 0, ''
elseif ARGV[2] == 'credit' then
  c[6] = (now < c[7] and c[6] or 0) + amount
  c[7] = max(c[7], now + span)
else
  c[8] = max(c[8], now + span)
end
save(KEYS[1], c)
return 1
`

/** KEYS: slots. ARGV: holder. */
export const LEAVE = `return redis.call('ZREM', KEYS[1], ARGV[1])`
