// One script for each step, so that a step is one round trip and atomic. The rules are those of limits/counter.ts, decide.ts
// and reservations.ts; the contract tests run both on the same schedules and compare every answer.
//
// A counter is eight doubles and a tail: [1] length of a bucket, [2] number of the newest bucket, [3] charged to older buckets,
// [4] charged to the newest, [5] held, [6] credit, [7] its end, [8] end of a ban, [9] the older buckets, newest first, as doubles.
// Most decisions fall into the newest bucket and touch the tail only as a string.

/** The time of a step: the caller's, or the server's. */
export const CLOCK = `
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min
local now = tonumber(ARGV[1])
-- The server counts a key's life by its own clock; where the caller's decides, it may be behind.
local slack = now and 60000 or 0
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
`

/** Reading, charging and writing a counter. */
export const COUNTER = `
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
  -- A credit that is used up may come back with a hold that is released: its end matters until it has passed.
  local idle = max(c[7], c[8])
  if c[3] + c[4] > 0 then idle = max(idle, (c[2] + 13) * c[1]) end
  if idle <= now then redis.call('DEL', key) else redis.call('SET', key, raw, 'PX', ceil(idle - now) + slack) end
end
`
