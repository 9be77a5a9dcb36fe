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
local run, since = '', nil
local function closedFor(window)
  if ARGV[2] == '' then return 0 end
  if not since then
    local info = redis.call('INFO', 'server')
    local at = string.find(info, 'run_id:', 1, true)
    if not at then return 0 end
    run = sub(info, at + 7, at + 46)
    local last = redis.call('HMGET', KEYS[3], 'run', 'since')
    since = tonumber(last[2]) or 0
    if last[1] ~= run then
      local changed = last[1] or (ARGV[2] ~= '?' and ARGV[2] ~= run)
      since = changed and now or 0
      redis.call('HSET', KEYS[3], 'run', run, 'since', since)
    end
  end
  return max(0, since + window - now)
end
`

// A reservation whose time has passed is closed by its own rule, whatever is asked of it.
const HELD = `
local function held(id)
  local raw = redis.call('HGET', holds, id)
  if not raw then return nil end
  local hold = cmsgpack.unpack(raw)
  if hold[1] > now then return hold end
  close(id, hold, function(amount) return hold[2] == 1 and amount or 0 end, hold[1])
end
`

const RESERVE = `
local function reserve(op)
  local id, ttl = op[2], op[3]
  local closed = closedFor(op[4])
  if closed > 0 then return { -2, closed } end
  local found, byPlace, refusedBy, wait = {}, {}, -1, 0
  local known = held(id)
  for at = 5, #op, 4 do
    local place, limit = op[at], op[at + 1]
    local c = byPlace[place] or open(redis.call('GET', KEYS[place]), op[at + 2])
    byPlace[place] = c
    found[#found + 1] = c
    c.needed = (c.needed or 0) + op[at + 3]
    if not known and (now < c[8] or not (room(c, limit) >= c.needed)) then
      if refusedBy < 0 then refusedBy = #found - 1 end
      wait = max(wait, retryAfter(c, limit, c.needed))
    end
  end
  if refusedBy < 0 and not known then
    local hold = { now + ttl, 0 }
    for i = 1, #found do
      local c, at = found[i], 1 + i * 4
      local amount = op[at + 3]
      local fromCredit = takeCredit(c, op[at + 1], amount)
      c[5] = c[5] + amount - fromCredit
      hold[2 + i] = { KEYS[op[at]], op[at + 2], amount, fromCredit }
    end
    for place, c in pairs(byPlace) do save(KEYS[place], c) end
    redis.call('HSET', holds, id, cmsgpack.pack(hold))
    redis.call('ZADD', expiries, now + ttl, id)
  end
  local reply = { refusedBy, ceil(wait) }
  for i = 1, #found do
    reply[#reply + 1] = remaining(found[i], op[2 + i * 4])
    reply[#reply + 1] = ceil(resetAfter(found[i]))
  end
  return reply
end
`

/**
 * Steps of reservations, one after the other. KEYS: holds, expiries, run, counters. ARGV: now, the last run id or `?` or ``, and
 * a JSON array for each step: 1, id, ttl, how long a failover closes, then key, limit, window, amount of each budget · 2, id (dispatch) ·
 * 3, id, actual amounts or -1 for the estimate (settle) · 4, id (release). The first reply is the run id.
 */
export const BUDGETS: string = `${CLOCK}${COUNTER}${HOLDS}${HELD}${FAILOVER}${RESERVE}
local replies = { run }
for number, op in ipairs(cjson.decode(ARGV[3])) do
  local reply = 0
  if op[1] == 1 then
    reply = reserve(op)
  else
    local hold = held(op[2])
    if hold then
      reply = 1
      if op[1] == 2 then
        hold[2] = 1
        redis.call('HSET', holds, op[2], cmsgpack.pack(hold))
      elseif op[1] == 3 then
        close(op[2], hold, function(amount, i) local actual = op[2 + i] return actual and actual >= 0 and actual or amount end, now)
      else
        close(op[2], hold, function() return 0 end, now)
      end
    end
  end
  replies[number + 1] = reply
end
replies[1] = run
return replies
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
  local left = now < c[7] and c[6] or 0
  c[6] = left + amount
  c[7] = left > 0 and max(c[7], now + span) or now + span
else
  c[8] = max(c[8], now + span)
end
save(KEYS[1], c)
return 1
`

/** KEYS: slots. ARGV: holder. */
export const LEAVE = `return redis.call('ZREM', KEYS[1], ARGV[1])`
