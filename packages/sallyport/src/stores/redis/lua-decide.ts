import { CLOCK, COUNTER } from './lua-counter.ts'

// The bucket of a counter that is neither banned nor on credit, moved to now: in `older`, `current`, `tail`. Inlined twice, for speed.
const MOVE = `
  if steps > 12 then
    older, tail = 0, ''
  elseif steps > 0 then
    tail = string.rep('\\0', steps * 8 - 8) .. struct.pack('<d', current) .. tail
    older = older + current
    for at = 97, #tail, 8 do older = older - (struct.unpack('<d', tail, at)) end
    tail = string.sub(tail, 1, 96)
  end
  if steps > 0 then current = 0 end
`

// One decision with room everywhere, and no ban, credit, slot or odd clock in sight: the least work. A counter that is in its newest
// bucket has one number changed, and its end of life stays.
const DECIDE_ONE = `
local asked, reply = decisions[1], { -1, 0 }
local currents, fulls, lives, count = {}, {}, {}, #asked / 5
-- As many keys as checks: none stands twice.
local plain = #decisions == 1 and #KEYS == count
for i = 1, plain and count or 0 do
  local raw, at = raws[i], i * 5
  if asked[at - 4] ~= 1 then
    plain = false
    break
  end
  local cost, bucket = asked[at], ceil(asked[at - 1] / 12)
  local head = floor(now / bucket)
  local length, last, older, current, held, _, lent, ban = bucket, head, 0, 0, 0, 0, 0, 0
  if raw then length, last, older, current, held, _, lent, ban = struct.unpack('<dddddddd', raw) end
  local steps = head - last
  if cost == 0 or lent > now or ban > now or length ~= bucket or steps < 0 then
    plain = false
    break
  end
  if steps > 0 or current == 0 then
    local tail = raw and string.sub(raw, 65) or ''
    ${MOVE}
    fulls[i] = struct.pack('<dddddddd', length, head, older, current + cost, held, 0, 0, ban) .. tail
    lives[i] = held == 0 and (head + 13) * length - now + slack
  end
  local left = asked[at - 2] - older - current - held - cost
  if not (left >= 0) then
    plain = false
    break
  end
  currents[i] = current + cost
  reply[i * 2 + 1] = floor(left)
  reply[i * 2 + 2] = (head + 13) * length - now
end
if plain then
  for i = 1, count do
    if not fulls[i] then
      redis.call('SETRANGE', KEYS[i], 24, struct.pack('<d', currents[i]))
    elseif lives[i] then
      redis.call('SET', KEYS[i], fulls[i], 'PX', lives[i])
    else
      redis.call('SET', KEYS[i], fulls[i])
    end
  end
  return { reply }
end
`

/**
 * Decisions, one after the other, each as atomic as alone: several when callers come while others wait for their answers.
 * KEYS: each once. ARGV: now, and a JSON array for each decision of 1, key, limit, window, cost or 2, key, limit, holder, lease.
 *
 * `fast` decides what DECIDE_ONE does, on plain numbers that are written when all are decided; `slow` decides everything else.
 */
export const DECIDE: string = `${CLOCK}
local decisions, raws = cjson.decode(ARGV[2]), redis.call('MGET', unpack(KEYS))
${DECIDE_ONE}
local replies = {}
local looked, lengths, heads, olders, helds, bans, tails, dirty, seen = {}, {}, {}, {}, {}, {}, {}, {}, {}
currents = {}

local function look(key, bucket)
  looked[key], lengths[key], tails[key] = true, nil, nil
  local raw, head = raws[key], floor(now / bucket)
  local length, last, older, current, held, _, lent, ban = bucket, head, 0, 0, 0, 0, 0, 0
  if raw then length, last, older, current, held, _, lent, ban = struct.unpack('<dddddddd', raw) end
  local steps = head - last
  if lent > now or ban > now or length ~= bucket or steps < 0 then return end
  if steps > 0 or current == 0 then
    local tail = raw and string.sub(raw, 65) or ''
    ${MOVE}
    tails[key] = tail
  end
  lengths[key], heads[key], olders[key], currents[key], helds[key], bans[key] = length, head, older, current, held, ban
end

local function fast(asked, number)
  for at = 1, #asked, 5 do
    local key, cost, bucket = asked[at + 1], asked[at + 4], nil
    if asked[at] ~= 1 or cost == 0 or seen[key] == number then return end
    bucket = ceil(asked[at + 3] / 12)
    if not looked[key] then look(key, bucket) end
    if lengths[key] ~= bucket then return end
    if not (asked[at + 2] - olders[key] - helds[key] - currents[key] >= cost) then return end
    seen[key] = number
  end
  local reply, size = { -1, 0 }, 2
  for at = 1, #asked, 5 do
    local key = asked[at + 1]
    local current = currents[key] + asked[at + 4]
    currents[key], dirty[key] = current, true
    reply[size + 1] = floor(asked[at + 2] - olders[key] - helds[key] - current)
    reply[size + 2] = (heads[key] + 13) * lengths[key] - now
    size = size + 2
  end
  return reply
end

local function flush()
  for key in pairs(dirty) do
    if tails[key] then
      local raw = struct.pack('<dddddddd', lengths[key], heads[key], olders[key], currents[key], helds[key], 0, 0, bans[key]) .. tails[key]
      if helds[key] > 0 then redis.call('SET', KEYS[key], raw)
      else redis.call('SET', KEYS[key], raw, 'PX', (heads[key] + 13) * lengths[key] - now + slack) end
      tails[key] = nil
    else
      redis.call('SETRANGE', KEYS[key], 24, struct.pack('<d', currents[key]))
    end
  end
  dirty = {}
end

local slow
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
        for key in pairs(found) do raws[key], looked[key] = redis.call('GET', KEYS[key]), nil end
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
