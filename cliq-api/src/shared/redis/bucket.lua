-- The buckets of one call, as one step: read, given a message, written. The rules are those of
-- `limit::Bucket`, line by line, and so are the bytes; a test gives both the same messages and
-- compares.
--
-- Numbers are doubles: exact up to 2^53, which is enough for milliseconds since 1970. A lease's
-- name is eight bytes, and only compared. Stamps stay the bytes that they are stored as, in order:
-- a limit of ten thousand calls a day has as many, and a table of them would take milliseconds.
--
-- KEYS: the epoch; the buckets. ARGV: what to do; the channel for lockouts and losses; five
-- arguments of the message; and for each bucket its name in the channel, twelve numbers of its
-- rules, and six arguments that differ by bucket.

local what, channel = ARGV[1], ARGV[2]
local COMMON, EACH = 7, 19

local function server_time()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local now = server_time()
local VERSION = 2
local MOST = 2147483647

local function rules_of(place)
  local function number(index) return tonumber(ARGV[place + index]) end
  local lock = number(6)
  local r = {
    slots = number(2), hold = number(3), margin = number(4), grace = number(5),
    lock = lock >= 0 and lock or nil,
    max_told = number(7), retries = number(8), reserved = number(9),
    ttl = number(10), unknown = number(11),
    headroom = number(12), calls = number(13),
  }
  r.counted = r.slots >= 0
  r.longest_lockout = math.max(r.lock or 0, r.max_told)
  r.longest_quota = math.max(r.hold, r.max_told + r.margin)
  return r
end

-- A stamp is twice the milliseconds since the base, and one more for a retry's.
local function at(b, stamp) return b.base + math.floor(stamp / 2) end
local function is_retry(stamp) return stamp % 2 == 1 end
local function stamp_of(b, time, retry)
  return math.min(math.max(time - b.base, 0), MOST) * 2 + (retry and 1 or 0)
end

-- An upper bound of a time: that power of two of milliseconds. 0 is unknown, from an earlier
-- version.
local function length_of(millis)
  local length = 1
  while length < 31 and 2 ^ length < millis do length = length + 1 end
  return length
end

local function packed(stamp) return struct.pack('>I4', stamp) end
local function held_count(b) return #b.held / 4 end
-- The stamp at an index from 1 on; nil if there are fewer.
local function held_at(b, index)
  if index > held_count(b) then return nil end
  return (struct.unpack('>I4', b.held, 4 * index - 3))
end
-- How many stamps are less than that.
local function held_before(b, stamp)
  local low, high = 0, held_count(b)
  while low < high do
    local middle = math.floor((low + high) / 2)
    if held_at(b, middle + 1) < stamp then low = middle + 1 else high = middle end
  end
  return low
end

local function used(b) return held_count(b) + #b.out end

local function hold(b, r, till, retry, times)
  if not r.counted then return end
  local stamp = stamp_of(b, till, retry)
  local place = 4 * held_before(b, stamp + 1)
  b.held = b.held:sub(1, place) .. packed(stamp):rep(times or 1) .. b.held:sub(place + 1)
end

local function be_cautious(b, till)
  b.cautious_until = math.max(b.cautious_until, till)
  for _, out in ipairs(b.out) do out.old = true end
end

local function lock(b, r, time, lasts, source)
  local till = math.max(b.late_until, time) + lasts + r.margin
  b.locked_until = math.max(b.locked_until, till)
  b.lock_from = source
  be_cautious(b, b.locked_until + lasts)
end

local function mark_unanswered(b, r, time, retry)
  local arrives = time + r.grace
  hold(b, r, arrives + r.hold, retry)
  b.late_until = math.max(b.late_until, arrives)
  local locked_until = arrives + (r.lock or 0) + r.margin
  if b.locked_until > time then b.locked_until = math.max(b.locked_until, locked_until) end
  be_cautious(b, locked_until)
end

local function take_out(b, index)
  local out = b.out[index]
  b.out[index] = b.out[#b.out]
  b.out[#b.out] = nil
  return out
end

local function find(b, lease)
  for index, out in ipairs(b.out) do
    if out.lease == lease then return index end
  end
end

local function advance(b, r)
  local index = 1
  while index <= #b.out do
    local ends = b.out[index].ends
    if at(b, ends) <= now then
      take_out(b, index)
      mark_unanswered(b, r, at(b, ends), is_retry(ends))
    else
      index = index + 1
    end
  end
  local free = held_before(b, 2 * (now - b.base + 1))
  if free > 0 then b.held = b.held:sub(4 * free + 1) end
  if now - b.base > 536870912 then
    -- What is left ends later.
    local by = 2 * (now - b.base)
    local function moved(stamp) return stamp - by end
    b.base = now
    local held = {}
    for i = 1, held_count(b) do held[i] = packed(moved(held_at(b, i))) end
    b.held = table.concat(held)
    for _, out in ipairs(b.out) do out.ends = moved(out.ends) end
  end
end

local function open_to(r, urgent) return urgent and r.slots or r.slots - r.reserved end

-- How many slots have to become free; nil for none.
local function needed(b, r, urgent)
  if not r.counted then return nil end
  local more = used(b) + 1 - open_to(r, urgent)
  return more > 0 and more or nil
end

local function first_end(b)
  local first
  for _, out in ipairs(b.out) do
    local ends = at(b, out.ends)
    if not first or ends < first then first = ends end
  end
  return first
end

-- When slot `index` becomes free at the earliest, and whether that is certain.
local function frees(b, r, index)
  local answered = now + 1 + r.hold
  local held = held_at(b, index + 1)
  if held and at(b, held) <= answered then return at(b, held), true end
  local behind = index >= #b.out and held_at(b, index - #b.out + 1)
  return behind and math.max(at(b, behind), answered) or answered, #b.out == 0
end

local function locked_left(b) return math.max(b.locked_until - now, 0) end
local function is_quota_used(b) return now < b.quota_until and b.quota_left == 0 end

-- Whether a call waits only because of a cold start.
local function is_cold(b, r, urgent)
  local needs = needed(b, r, urgent)
  if not needs or now >= b.cold_until or is_quota_used(b) then return false end
  local stamp = stamp_of(b, b.cold_until, false)
  return held_before(b, stamp + 1) - held_before(b, stamp) >= needs
end

-- How long a call has to wait for a slot and for the server's quota; nil if it need not.
local function wait(b, r, urgent)
  local needs = needed(b, r, urgent)
  local time, known = nil, true
  if needs then time, known = frees(b, r, needs - 1) end
  if is_quota_used(b) then
    time = math.max(time or 0, b.quota_until)
    known = known and #b.out == 0
  end
  if not time then return nil end
  local recheck = time
  if not known then
    -- Calls are under way.
    local held = needs and held_at(b, needs)
    recheck = first_end(b)
    if held then recheck = math.min(recheck, at(b, held)) end
  end
  return { 2, math.max(time - now, 1), math.max(recheck - now, 1),
      is_cold(b, r, urgent) and 1 or 0 }
end

local function acquire(b, r, lease, timeout, urgent, retry)
  advance(b, r)
  if find(b, lease) then return { 1, r.ttl } end
  if locked_left(b) > 0 then return { 4, locked_left(b), b.lock_from } end
  local first = first_end(b)
  if first and now < b.cautious_until then return { 2, 0, math.max(first - now, 1), 0 } end
  local waits = wait(b, r, urgent)
  if waits then return waits end
  if retry and r.counted then
    local retries = 0
    for last = 4, #b.held, 4 do retries = retries + b.held:byte(last) % 2 end
    for _, out in ipairs(b.out) do retries = retries + out.ends % 2 end
    if retries >= r.retries then return { 3 } end
  end
  local lasts = r.ttl + timeout + 1
  local ends = stamp_of(b, now + lasts, retry)
  lasts = length_of(lasts)
  table.insert(b.out, { lease = lease, ends = ends, lasts = lasts, old = false, stale = false })
  if now < b.quota_until then b.quota_left = math.max(b.quota_left - 1, 0) end
  return { 1, r.ttl }
end

-- How many of the calls the server may have counted since then.
local function counted_since(b, r, begin)
  return used(b) - held_before(b, stamp_of(b, begin + r.hold, false))
end

local function note_quota(b, r, time, quota, is_newest)
  local remaining, limit = quota.remaining, quota.limit
  if limit >= 0 and limit == r.calls then
    local begin = time + quota.begins
    if math.max(limit - remaining, 0) <= counted_since(b, r, begin) then return end
  end
  local left = math.max(remaining - r.headroom - #b.out, 0)
  if is_newest or time >= b.quota_until or left <= b.quota_left then
    b.quota_left = left
    b.quota_until = time + quota.lasts
  end
end

-- `lasts` is negative where there is no lockout.
local function complete(b, r, lease, source, ending, lasts, quota)
  advance(b, r)
  local function completed(unexpected)
    return { locked_left(b), b.lock_from, unexpected and 1 or 0 }
  end
  local index = find(b, lease)
  local out = index and take_out(b, index)
  if ending == 'unsent' then
    if out and now < b.quota_until then b.quota_left = math.min(b.quota_left + 1, 4294967295) end
    return completed()
  end
  -- The time was rounded down to whole milliseconds.
  local ended = now + 1
  for _, other in ipairs(b.out) do other.stale = true end
  if out and ending == 'unanswered' then
    mark_unanswered(b, r, ended, is_retry(out.ends))
  elseif out then
    hold(b, r, ended + r.hold, is_retry(out.ends))
  end
  if quota then note_quota(b, r, ended, quota, out and not out.stale) end
  if ending == 'answered' and out and not out.old then b.cautious_until = 0 end
  if ending == 'throttled' then
    local unexpected = b.locked_until < ended
    if lasts >= 0 then lock(b, r, ended, lasts, source) else be_cautious(b, ended + r.hold) end
    return completed(unexpected)
  end
  return completed()
end

local function peek(b, r, urgent)
  advance(b, r)
  local remaining = -1
  if r.counted then remaining = math.max(open_to(r, urgent) - used(b), 0) end
  if now < b.quota_until then
    remaining = remaining < 0 and b.quota_left or math.min(remaining, b.quota_left)
  end
  if remaining >= 0 and now < b.cautious_until then
    remaining = (#b.out == 0 and remaining > 0) and 1 or 0
  end
  local next = is_quota_used(b) and b.quota_until - now or 0
  local needs = needed(b, r, urgent)
  -- Never more than are used, as nobody is ahead.
  if needs then next = math.max(next, (frees(b, r, needs - 1)) - now) end
  return { remaining, math.max(next, locked_left(b)), locked_left(b), b.lock_from }
end

-- `Bucket::sanitize`.
local function sanitize(b, r)
  b.base = math.min(b.base, now)
  local longest = now + 1 + r.grace + r.longest_lockout + r.margin
  b.locked_until = math.min(b.locked_until, longest)
  b.cautious_until = math.min(b.cautious_until, longest + r.longest_lockout)
  b.quota_until = math.min(b.quota_until, now + 1 + r.longest_quota)
  b.late_until = math.min(b.late_until, now + 1 + r.grace)
  local most = now + 1 + math.max(r.grace, r.ttl) + r.hold
  b.cold_until = math.min(b.cold_until, most)
  -- Those at `most` or later become those at `most`, in order.
  local first, retries = held_before(b, 2 * (most - b.base)), 0
  local count = held_count(b) - first
  if count > 0 then
    for last = 4 * first + 4, #b.held, 4 do retries = retries + b.held:byte(last) % 2 end
    b.held = b.held:sub(1, 4 * first)
      .. packed(stamp_of(b, most, false)):rep(count - retries)
      .. packed(stamp_of(b, most, true)):rep(retries)
  end
  for _, out in ipairs(b.out) do
    local longest = now + 2 ^ out.lasts
    if out.lasts > 0 and at(b, out.ends) > longest then
      out.ends = stamp_of(b, longest, is_retry(out.ends))
    end
  end
end

local function use_up(b, r, since, slots)
  local till = since + r.ttl + r.hold
  if till <= now or used(b) >= slots then return end
  b.cold_until = math.max(b.cold_until, till)
  hold(b, r, till, false, slots - used(b))
end

-- `Bucket::assume_used`.
local function assume_used(b, r, lost)
  advance(b, r)
  use_up(b, r, lost, r.unknown)
end

-- `Bucket::adopt`.
local function adopt(b, lease)
  if find(b, lease) then return end
  -- It is completed at once.
  local ends = stamp_of(b, now + 1, false)
  table.insert(b.out, { lease = lease, ends = ends, lasts = 0, old = true, stale = true })
end

local function new()
  return {
    base = now, locked_until = 0, cautious_until = 0, late_until = 0, cold_until = 0,
    quota_until = 0, quota_left = 0,
    lock_from = 0, held = '', out = {},
  }
end

-- `Bucket::assume_lost`.
local function assume_lost(r)
  local b = new()
  if r.lock then lock(b, r, now, r.lock, 0) end
  use_up(b, r, now, math.max(r.slots, 0))
  return b
end

local LAYOUT = '>BI8I8I8I8I8I8I4I4I4'
local FIXED = 65

local function encode(b)
  local parts = {
    struct.pack(
      LAYOUT, VERSION, b.base, b.locked_until, b.cautious_until, b.late_until, b.cold_until,
      b.quota_until, b.quota_left,
      b.lock_from, held_count(b)
    ),
    b.held, struct.pack('>I4', #b.out),
  }
  for _, out in ipairs(b.out) do
    local flags = (out.old and 1 or 0) + (out.stale and 2 or 0) + 4 * out.lasts
    parts[#parts + 1] = out.lease .. struct.pack('>I4B', out.ends, flags)
  end
  return table.concat(parts)
end

-- nil where the bytes are damaged.
local function decode(bytes)
  if #bytes < FIXED or bytes:byte(1) ~= VERSION then return nil end
  local b = { out = {} }
  local _, held
  _, b.base, b.locked_until, b.cautious_until, b.late_until, b.cold_until, b.quota_until,
    b.quota_left, b.lock_from, held =
    struct.unpack(LAYOUT, bytes)
  local place = FIXED - 3
  if #bytes < FIXED + 4 * held then return nil end
  b.held = bytes:sub(place, place + 4 * held - 1)
  place = place + 4 * held
  local out = struct.unpack('>I4', bytes, place)
  place = place + 4
  if #bytes ~= place - 1 + 13 * out then return nil end
  for i = 1, out do
    local ends, flags = struct.unpack('>I4B', bytes, place + 8)
    local lasts = math.min(math.floor(flags / 4), 31)
    local lease = bytes:sub(place, place + 7)
    local old, stale = flags % 2 == 1, flags % 4 >= 2
    b.out[i] = { lease = lease, ends = ends, lasts = lasts, old = old, stale = stale }
    place = place + 13
  end
  return b
end

-- Adds what a process counted while the server was unreachable, by another clock.
local function merge(b, r, other, its_now)
  advance(b, r)
  local function moved(time) return time - its_now + now end
  local function later(field)
    if other[field] > its_now then b[field] = math.max(b[field], moved(other[field])) end
  end
  if other.locked_until > its_now then
    if moved(other.locked_until) > b.locked_until then b.lock_from = other.lock_from end
    for _, out in ipairs(b.out) do out.old = true end
  end
  if other.quota_until > its_now and (now >= b.quota_until or other.quota_left < b.quota_left) then
    b.quota_left, b.quota_until = other.quota_left, moved(other.quota_until)
  end
  later('locked_until')
  later('cautious_until')
  later('late_until')
  for i = 1, held_count(other) do
    local stamp = held_at(other, i)
    if at(other, stamp) > its_now then hold(b, r, moved(at(other, stamp)), is_retry(stamp)) end
  end
  for _, out in ipairs(other.out) do
    if not find(b, out.lease) then
      local ends = stamp_of(b, moved(at(other, out.ends)), is_retry(out.ends))
      local more = { lease = out.lease, ends = ends, lasts = out.lasts, old = true, stale = true }
      table.insert(b.out, more)
    end
  end
  return { 0 }
end

-- Since when this server is known to have lost nothing. A server that was restarted, or has taken
-- over, may lack the last writes.
local function epoch()
  local info = redis.pcall('INFO', 'server')
  local run = type(info) == 'string' and info:match('run_id:(%x+)') or '-'
  local known, birth = (redis.call('GET', KEYS[1]) or ''):match('^(%S+) (%d+)$')
  birth = tonumber(birth)
  if birth and known == run and birth <= now then return birth end
  if what ~= 'peek' then
    redis.call('SET', KEYS[1], run .. ' ' .. string.format('%.0f', now))
    -- Those who know of lockouts tell them again.
    redis.pcall('PUBLISH', channel, 'lost')
  end
  return now
end

-- Until when the bucket differs from a new one.
local function matters_until(b, r)
  local till = math.max(b.locked_until, b.cautious_until, b.late_until, b.quota_until, now)
  if #b.held > 0 then till = math.max(till, at(b, held_at(b, held_count(b)))) end
  for _, out in ipairs(b.out) do
    till = math.max(till, at(b, out.ends) + r.grace + math.max(r.hold, (r.lock or 0) + r.margin))
  end
  return till
end

local birth = epoch()
local buckets = {}
for index = 2, #KEYS do
  local place = COMMON + EACH * (index - 2)
  local r = rules_of(place)
  local own = function(number) return ARGV[place + 13 + number] end
  -- The epoch in which the bucket was last known to be whole.
  local stored, b, whole_in, locked_before = redis.call('GET', KEYS[index]), nil, 0, 0
  if stored then
    if #stored > 8 then
      if stored:byte(9) > VERSION then return redis.error_reply('NEWER ' .. stored:byte(9)) end
      whole_in = struct.unpack('>I8', stored)
      b = decode(stored:sub(9))
    end
    if b then
      locked_before = b.locked_until
      -- What merges may not know the rules, and the next call will.
      if what ~= 'merge' then sanitize(b, r) end
    else
      whole_in, b = 0, assume_lost(r)
    end
  else
    b = new()
  end
  if whole_in ~= birth and what ~= 'merge' then
    assume_used(b, r, birth)
    whole_in = birth
  end
  buckets[#buckets + 1] = {
    key = KEYS[index], name = ARGV[place + 1], b = b, r = r, own = own, whole_in = whole_in,
    locked_before = locked_before,
  }
end

local answers = {}
if what == 'acquire' then
  local lease, timeout = ARGV[3], tonumber(ARGV[5])
  local granted = true
  for i, it in ipairs(buckets) do
    answers[i] = acquire(it.b, it.r, lease, timeout, ARGV[6] == '1', ARGV[7] == '1')
    granted = granted and answers[i][1] == 1
  end
  -- From each of them, or from none.
  for i, it in ipairs(buckets) do
    if not granted and answers[i][1] == 1 then complete(it.b, it.r, lease, 0, 'unsent', -1) end
  end
elseif what == 'complete' then
  local lease, source = ARGV[3], tonumber(ARGV[4])
  for i, it in ipairs(buckets) do
    local lost = now < birth + it.r.ttl + it.r.hold and lease ~= struct.pack('>I8', 0)
    if lost then adopt(it.b, lease) end
    local function number(index) return tonumber(it.own(index)) end
    local quota
    if number(3) >= 0 then
      quota = {
        remaining = number(3), lasts = number(4), begins = number(5), limit = number(6),
      }
    end
    answers[i] = complete(it.b, it.r, lease, source, it.own(1), number(2), quota)
  end
elseif what == 'merge' then
  for i, it in ipairs(buckets) do
    local other = decode(it.own(1))
    if not other then return redis.error_reply('ERR the bucket to merge is damaged') end
    answers[i] = merge(it.b, it.r, other, tonumber(ARGV[3]))
  end
else
  for i, it in ipairs(buckets) do answers[i] = peek(it.b, it.r, ARGV[3] == '1') end
  return answers
end
for _, it in ipairs(buckets) do
  local b = it.b
  local lives = matters_until(b, it.r) - now + 1000
  if what == 'merge' then lives = math.max(lives, redis.call('PTTL', it.key)) end
  local record = struct.pack('>I8', it.whole_in) .. encode(b)
  redis.call('SET', it.key, record, 'PX', string.format('%.0f', lives))
  if b.locked_until > it.locked_before + 100 and b.locked_until > now then
    -- Without the right to publish, peers meet the lockout with their next call.
    local left = string.format('%.0f', locked_left(b))
    redis.pcall('PUBLISH', channel, it.name .. ' ' .. left .. ' ' .. b.lock_from)
  end
end
return answers
