// One script for each step, so that a step is one round trip and atomic. The rules are those of limits/counter.ts, decide.ts
// and reservations.ts; the contract tests run both on the same schedules and compare every answer.
//
// A counter is eight doubles and a tail: [1] length of a bucket, [2] number of the newest bucket, [3] charged to older buckets,
// [4] charged to the newest, [5] held, [6] credit, [7] its end, [8] end of a ban, [9] the older buckets, newest first, as doubles.
// Most decisions fall into the newest bucket and touch the tail only as a string.

const CLOCK = `
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local now = tonumber(ARGV[1])
-- The server counts a key's life by its own clock; where the caller's decides, it may be behind.
local slack = now and 60000 or 0
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
`

const COUNTER = `
local pack, unpackDoubles, sub = struct.pack, struct.unpack, string.sub

local function older(c, age)
  local at = age * 8 - 7
  if at > #c[9] then return 0 end
  return (unpackDoubles('<d', c[9], at))
end

local function open(raw, window)
  local length = ceil(window / 12)
  local head = floor(now / length)
  if not raw then return { length, head, 0, 0, 0, 0, 0, 0, '' } end
  local c = { unpackDoubles('<dddddddd', raw) }
  c[9] = sub(raw, 65)
  if c[1] == length then
    local steps = head - c[2]
    if steps == 0 then
      c.lives = c[4] > 0
      return c
    end
    if steps > 0 then
      c[2] = head
      if steps > 12 then
        c[3], c[9] = 0, ''
      else
        c[9] = string.rep('\\0', steps * 8 - 8) .. pack('<d', c[4]) .. c[9]
        c[3] = c[3] + c[4]
        for age = 13, #c[9] / 8 do c[3] = c[3] - older(c, age) end
        c[9] = sub(c[9], 1, 96)
      end
      c[4] = 0
      return c
    end
    if steps >= -13 then
      c.lives = c[4] > 0
      return c
    end
  end
  c[1], c[2], c[3], c[4], c[9] = length, head, 0, c[3] + c[4], ''
  return c
end

local function room(c, limit)
  local base = limit - c[3] - c[4] - c[5]
  if not (base > 0) then base = 0 end
  if c[6] > 0 and now < c[7] then return base + c[6] end
  return base
end

local function takeCredit(c, limit, amount)
  local base = limit - c[3] - c[4] - c[5]
  if amount <= base then return 0 end
  local taken = min(amount - max(base, 0), c[6])
  c[6] = c[6] - taken
  return taken
end

local function resetAfter(c)
  if now < c[8] then return c[8] - now end
  if c[4] > 0 then return (c[2] + 13) * c[1] - now end
  for age = 1, #c[9] / 8 do
    if older(c, age) > 0 then return (c[2] + 13 - age) * c[1] - now end
  end
  return 0
end

local function retryAfter(c, limit, amount)
  if now < c[8] then return c[8] - now end
  local missing = amount - room(c, limit)
  for age = 12, 0, -1 do
    missing = missing - (age == 0 and c[4] or older(c, age))
    if missing <= 0 then return max(1, (c[2] + 13 - age) * c[1] - now) end
  end
  if amount > limit then return 12 * c[1] end
  return c[1]
end

local function remaining(c, limit)
  if now < c[8] then return 0 end
  return floor(room(c, limit))
end

-- A key lives until nothing of it matters. That moment stays while the newest bucket does, so setting it again is spared.
local function save(key, c, lives)
  local raw = pack('<dddddddd', c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8]) .. c[9]
  if lives then
    redis.call('SET', key, raw, 'KEEPTTL')
    return
  end
  if c[5] > 0 then
    redis.call('SET', key, raw)
    return
  end
  local idle = c[8]
  if c[3] + c[4] > 0 then idle = max(idle, (c[2] + 13) * c[1]) end
  if c[6] > 0 then idle = max(idle, c[7]) end
  if idle <= now then redis.call('DEL', key) else redis.call('SET', key, raw, 'PX', ceil(idle - now) + slack) end
end
`

// The most usual of all, with the least work: one decision, on counters that are in use, have room and are in their newest bucket.
const DECIDE_ONE = `
local asked, reply = decisions[1], { -1, 0 }
local currents, count = {}, #asked / 5
-- As many keys as checks: none stands twice.
local plain = #decisions == 1 and #KEYS == count
for i = 1, plain and count or 0 do
  local raw, at = raws[i], i * 5
  if not raw or asked[at - 4] ~= 1 then
    plain = false
    break
  end
  local length, head, older, current, held, credit, _, ban = struct.unpack('<dddddddd', raw)
  local cost = asked[at]
  local left = asked[at - 2] - older - current - held - cost
  if not (left >= 0) or cost == 0 or current == 0 or credit > 0 or ban > now or length ~= ceil(asked[at - 1] / 12) or head ~= floor(now / length) then
    plain = false
    break
  end
  currents[i] = current + cost
  reply[i * 2 + 1] = floor(left)
  reply[i * 2 + 2] = (head + 13) * length - now
end
if plain then
  for i = 1, count do redis.call('SETRANGE', KEYS[i], 24, struct.pack('<d', currents[i])) end
  return { reply }
end
`

/**
 * Decisions, one after the other, each as atomic as alone: several when callers come while others wait for their answers.
 * KEYS: each once. ARGV: now, and a JSON array for each decision of 1, key, limit, window, cost or 2, key, limit, holder, lease.
 *
 * Most are charges of counters that are in use, have room and are in their newest bucket. Then one number of each changes, and
 * the key's end of life does not: the first part does that with plain numbers. Everything else is decided by the second.
 */
export const DECIDE: string = `${CLOCK}
local decisions, raws = cjson.decode(ARGV[2]), redis.call('MGET', unpack(KEYS))
${DECIDE_ONE}
local replies = {}
local lengths, useds, ends, dirty, seen = {}, {}, {}, {}, {}
currents = {}

local function look(key, raw)
  lengths[key] = nil
  if not raw then return end
  local length, head, older, current, held, credit, _, ban = struct.unpack('<dddddddd', raw)
  if current > 0 and credit == 0 and ban <= now and head == floor(now / length) then
    lengths[key], useds[key], currents[key], ends[key] = length, older + held, current, (head + 13) * length - now
  end
end

local function fast(asked, number)
  for at = 1, #asked, 5 do
    local key, cost = asked[at + 1], asked[at + 4]
    if asked[at] ~= 1 or not lengths[key] or cost == 0 or seen[key] == number or lengths[key] ~= ceil(asked[at + 3] / 12) then return end
    if not (asked[at + 2] - useds[key] - currents[key] >= cost) then return end
    seen[key] = number
  end
  local reply, size = { -1, 0 }, 2
  for at = 1, #asked, 5 do
    local key = asked[at + 1]
    local current = currents[key] + asked[at + 4]
    currents[key], dirty[key] = current, true
    reply[size + 1] = floor(asked[at + 2] - useds[key] - current)
    reply[size + 2] = ends[key]
    size = size + 2
  end
  return reply
end

local function flush()
  for key in pairs(dirty) do redis.call('SETRANGE', KEYS[key], 24, struct.pack('<d', currents[key])) end
  dirty = {}
end

local slow
for key, raw in ipairs(raws) do look(key, raw) end
for number = 1, #decisions do
  local reply = fast(decisions[number], number)
  if not reply then
    if not slow then
      ${COUNTER}
      slow = function(asked)
        local found, refusedBy, wait = {}, -1, 0
        for at = 1, #asked, 5 do
          local key, limit, refusedFor = asked[at + 1], asked[at + 2], 0
          if asked[at] == 1 then
            found[key] = found[key] or open(redis.call('GET', KEYS[key]), asked[at + 3])
            local c = found[key]
            c.needed = (c.needed or 0) + asked[at + 4]
            if now < c[8] or not (room(c, limit) >= c.needed) then refusedFor = retryAfter(c, limit, c.needed) end
          else
            local slots = KEYS[key]
            redis.call('ZREMRANGEBYSCORE', slots, '-inf', now)
            if not redis.call('ZSCORE', slots, asked[at + 3]) and redis.call('ZCARD', slots) >= limit then
              local first = redis.call('ZRANGE', slots, 0, 0, 'WITHSCORES')
              refusedFor = first[2] and max(1, tonumber(first[2]) - now) or asked[at + 4]
            end
          end
          if refusedFor > 0 then
            if refusedBy < 0 then refusedBy = (at - 1) / 5 end
            wait = max(wait, refusedFor)
          end
        end
        for at = 1, refusedBy < 0 and #asked or 0, 5 do
          local key, cost = asked[at + 1], asked[at + 4]
          if asked[at] == 1 then
            local c = found[key]
            c[4] = c[4] + cost - takeCredit(c, asked[at + 2], cost)
            if cost > 0 then save(KEYS[key], c, c.lives) end
          else
            redis.call('ZADD', KEYS[key], now + cost, asked[at + 3])
            redis.call('PEXPIRE', KEYS[key], cost * 2 + slack)
          end
        end
        local reply = { refusedBy, ceil(wait) }
        for at = 1, #asked, 5 do
          local c, limit = found[asked[at + 1]], asked[at + 2]
          reply[#reply + 1] = c and remaining(c, limit) or max(0, limit - redis.call('ZCARD', KEYS[asked[at + 1]]))
          reply[#reply + 1] = c and ceil(resetAfter(c)) or 0
        end
        for key in pairs(found) do look(key, redis.call('GET', KEYS[key])) end
        return reply
      end
    end
    flush()
    reply = slow(decisions[number])
  end
  replies[number] = reply
end
flush()
return replies
`

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
