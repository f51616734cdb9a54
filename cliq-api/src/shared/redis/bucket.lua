-- One bucket, as one step: read, told something, written. The rules are those of `limit::Bucket`, line by line, and so are the bytes;
-- a test tells both the same and compares.
--
-- Numbers are doubles: exact up to 2^53, which is enough for milliseconds since 1970. A lease's name is eight bytes, and only compared.
--
-- KEYS: the bucket; the epoch. ARGV: what to do; the channel for locks; the bucket's name there; ten numbers of the rules; what is told.

local what, channel, name = ARGV[1], ARGV[2], ARGV[3]

local function number(index) return tonumber(ARGV[index]) end

local slots, hold_for, margin, grace, lock_for = number(4), number(5), number(6), number(7), number(8)
local longest_told, retry_share, reserved, use_within, unknown = number(9), number(10), number(11), number(12), number(13)
local counted = slots >= 0

local function server_time()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local now = server_time()
local VERSION = 1
local MOST = 2147483647

-- A stamp is twice the milliseconds since the base, and one more for a retry's.
local function at(b, stamp) return b.base + math.floor(stamp / 2) end
local function is_retry(stamp) return stamp % 2 == 1 end
local function stamp_of(b, time, retry)
  return math.min(math.max(time - b.base, 0), MOST) * 2 + (retry and 1 or 0)
end

local function used(b) return #b.held + #b.out end

local function hold(b, till, retry)
  if not counted then return end
  local stamp = stamp_of(b, till, retry)
  local index = #b.held + 1
  while index > 1 and b.held[index - 1] > stamp do index = index - 1 end
  table.insert(b.held, index, stamp)
end

local function be_cautious(b, till)
  b.cautious_until = math.max(b.cautious_until, till)
  for _, out in ipairs(b.out) do out.old = true end
end

local function lock(b, time, lasts, source)
  local till = math.max(b.late_until, time) + lasts + margin
  b.locked_until = math.max(b.locked_until, till)
  b.lock_from = source
  be_cautious(b, b.locked_until + lasts)
end

local function lose(b, time, retry)
  local arrives = time + grace
  hold(b, arrives + hold_for, retry)
  b.late_until = math.max(b.late_until, arrives)
  local locked_until = arrives + lock_for + margin
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

local function pass(b)
  local index = 1
  while index <= #b.out do
    local ends = b.out[index].ends
    if at(b, ends) <= now then
      take_out(b, index)
      lose(b, at(b, ends), is_retry(ends))
      index = 1
    else
      index = index + 1
    end
  end
  while b.held[1] and at(b, b.held[1]) <= now do table.remove(b.held, 1) end
  if now - b.base > 536870912 then
    local by = now - b.base
    local function moved(stamp) return math.max(math.floor(stamp / 2) - by, 0) * 2 + stamp % 2 end
    b.base = now
    for i, stamp in ipairs(b.held) do b.held[i] = moved(stamp) end
    for _, out in ipairs(b.out) do out.ends = moved(out.ends) end
  end
end

local function open_to(urgent) return urgent and slots or slots - reserved end

-- How many slots have to get free; nil for none.
local function needed(b, urgent)
  if not counted then return nil end
  local more = used(b) + 1 - open_to(urgent)
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

-- When one more slot than `index` is free, at the earliest, and whether that is certain.
local function frees(b, index)
  local answered = now + 1 + hold_for
  local held = b.held[index + 1]
  if held and at(b, held) <= answered then return at(b, held), true end
  local behind = index >= #b.out and b.held[index - #b.out + 1]
  return behind and math.max(at(b, behind), answered) or answered, #b.out == 0
end

local function locked_left(b) return math.max(b.locked_until - now, 0) end

local function acquire(b, lease, timeout, urgent, retry)
  pass(b)
  if find(b, lease) then return { 1, use_within } end
  if locked_left(b) > 0 then return { 4, locked_left(b), b.lock_from } end
  local first = first_end(b)
  if first and now < b.cautious_until then return { 2, 0, math.max(first - now, 1) } end
  local needs = needed(b, urgent)
  if needs then
    local time, known = frees(b, needs - 1)
    local again = time
    if not known then
      local held = b.held[needs]
      again = held and at(b, held) or nil
      if first and (not again or first < again) then again = first end
      again = again or time
    end
    return { 2, math.max(time - now, 1), math.max(again - now, 1) }
  end
  if retry and counted then
    local retries = 0
    for _, stamp in ipairs(b.held) do retries = retries + stamp % 2 end
    for _, out in ipairs(b.out) do retries = retries + out.ends % 2 end
    if retries >= retry_share then return { 3 } end
  end
  local ends = stamp_of(b, now + use_within + timeout + 1, retry)
  table.insert(b.out, { lease = lease, ends = ends, old = false })
  return { 1, use_within }
end

local function complete(b, lease, source, outcome, lasts)
  pass(b)
  local index = find(b, lease)
  local out = index and take_out(b, index)
  -- A time in whole milliseconds may be almost one later.
  local time = now + 1
  if outcome == 'throttled' then
    if out then hold(b, time + hold_for, is_retry(out.ends)) end
    local begins = b.locked_until < time
    lock(b, time, lasts, source)
    return { b.locked_until - now, source, begins and 1 or 0 }
  elseif outcome == 'unanswered' and out then
    lose(b, time, is_retry(out.ends))
  elseif outcome == 'answered' and out then
    hold(b, time + hold_for, is_retry(out.ends))
    if not out.old then b.cautious_until = 0 end
  end
  return { math.max(b.locked_until - time, 0), b.lock_from, 0 }
end

local function look(b, urgent)
  pass(b)
  local remaining, wait = -1, 0
  if counted then
    remaining = math.max(open_to(urgent) - used(b), 0)
    if now < b.cautious_until then
      remaining = (#b.out == 0 and remaining > 0) and 1 or 0
    end
  end
  local needs = needed(b, urgent)
  if needs then
    local all = math.max(used(b), 1)
    local time = frees(b, (needs - 1) % all)
    wait = math.max(time - now, 0) + math.floor((needs - 1) / all) * hold_for
  end
  return { remaining, math.max(wait, locked_left(b)), locked_left(b), b.lock_from }
end

-- `Bucket::believe`.
local function believe(b)
  b.base = math.min(b.base, now)
  local longest = now + 1 + grace + math.max(lock_for, longest_told) + margin
  b.locked_until = math.min(b.locked_until, longest)
  b.cautious_until = math.min(b.cautious_until, longest + math.max(lock_for, longest_told))
  b.late_until = math.min(b.late_until, now + 1 + grace)
  local most = now + 1 + grace + hold_for
  for i, stamp in ipairs(b.held) do
    if at(b, stamp) > most then b.held[i] = stamp_of(b, most, is_retry(stamp)) end
  end
  table.sort(b.held)
end

-- `Bucket::assume_used`.
local function assume_used(b, lost)
  pass(b)
  local till = lost + use_within + hold_for
  if till <= now then return end
  for _ = used(b) + 1, unknown do hold(b, till, false) end
end

-- `Bucket::adopt`.
local function adopt(b, lease)
  if find(b, lease) then return end
  table.insert(b.out, { lease = lease, ends = stamp_of(b, now + use_within + 1, false), old = true })
end

local function new()
  return { base = now, locked_until = 0, cautious_until = 0, late_until = 0, lock_from = 0, held = {}, out = {} }
end

local function encode(b)
  local parts = {
    struct.pack('>BI8I8I8I8I4I4', VERSION, b.base, b.locked_until, b.cautious_until, b.late_until, b.lock_from, #b.held),
  }
  for _, stamp in ipairs(b.held) do parts[#parts + 1] = struct.pack('>I4', stamp) end
  parts[#parts + 1] = struct.pack('>I4', #b.out)
  for _, out in ipairs(b.out) do
    parts[#parts + 1] = out.lease .. struct.pack('>I4B', out.ends, out.old and 1 or 0)
  end
  return table.concat(parts)
end

-- nil where the bytes are damaged.
local function decode(bytes)
  if #bytes < 45 or bytes:byte(1) ~= VERSION then return nil end
  local b, held, out = { held = {}, out = {} }, 0, 0
  local _
  _, b.base, b.locked_until, b.cautious_until, b.late_until, b.lock_from, held = struct.unpack('>BI8I8I8I8I4I4', bytes)
  local place = 42
  if #bytes < 45 + 4 * held then return nil end
  for i = 1, held do
    b.held[i] = struct.unpack('>I4', bytes, place)
    if i > 1 and b.held[i - 1] > b.held[i] then return nil end
    place = place + 4
  end
  out = struct.unpack('>I4', bytes, place)
  place = place + 4
  if #bytes ~= place - 1 + 13 * out then return nil end
  for i = 1, out do
    local ends, old = struct.unpack('>I4B', bytes, place + 8)
    b.out[i] = { lease = bytes:sub(place, place + 7), ends = ends, old = old ~= 0 }
    place = place + 13
  end
  return b
end

-- What was counted elsewhere while this store was away, by another clock.
local function merge(b, other, its_now)
  pass(b)
  local function moved(time) return time - its_now + now end
  local function later(field)
    if other[field] > its_now then b[field] = math.max(b[field], moved(other[field])) end
  end
  if other.locked_until > its_now then
    if moved(other.locked_until) > b.locked_until then b.lock_from = other.lock_from end
    for _, out in ipairs(b.out) do out.old = true end
  end
  later('locked_until')
  later('cautious_until')
  later('late_until')
  for _, stamp in ipairs(other.held) do
    if at(other, stamp) > its_now then hold(b, moved(at(other, stamp)), is_retry(stamp)) end
  end
  for _, out in ipairs(other.out) do
    if not find(b, out.lease) then
      local ends = stamp_of(b, moved(at(other, out.ends)), is_retry(out.ends))
      table.insert(b.out, { lease = out.lease, ends = ends, old = true })
    end
  end
  return { 0 }
end

-- Since when this server is known to have lost nothing. A server that was started anew, or has taken over, may lack what was written last.
local function epoch()
  local info = redis.pcall('INFO', 'server')
  local run = type(info) == 'string' and info:match('run_id:(%x+)') or '-'
  local known, birth = (redis.call('GET', KEYS[2]) or ''):match('^(%S+) (%d+)$')
  birth = tonumber(birth)
  if birth and known == run and birth <= now then return birth end
  if what ~= 'look' then redis.call('SET', KEYS[2], run .. ' ' .. string.format('%.0f', now)) end
  return now
end

-- Until when something of it matters.
local function matters_until(b)
  local till = math.max(b.locked_until, b.cautious_until, b.late_until, now)
  if #b.held > 0 then till = math.max(till, at(b, b.held[#b.held])) end
  for _, out in ipairs(b.out) do
    till = math.max(till, at(b, out.ends) + grace + math.max(hold_for, lock_for + margin))
  end
  return till
end

local birth = epoch()
local stored = redis.call('GET', KEYS[1])
-- The epoch in which the bucket was last known to be whole.
local b, whole_in, locked_before = nil, 0, 0
if stored then
  if #stored > 8 then
    if stored:byte(9) > VERSION then return redis.error_reply('NEWER ' .. stored:byte(9)) end
    whole_in = struct.unpack('>I8', stored)
    b = decode(stored:sub(9))
  end
  if b then
    locked_before = b.locked_until
    -- What merges may not know the rules, and the next call will.
    if what ~= 'merge' then believe(b) end
  else
    whole_in, b = 0, new()
    lock(b, now, lock_for, 0)
  end
else
  b = new()
end
if whole_in ~= birth and what ~= 'merge' then
  assume_used(b, birth)
  whole_in = birth
end

local answer
if what == 'acquire' then
  answer = acquire(b, ARGV[14], number(16), ARGV[17] == '1', ARGV[18] == '1')
elseif what == 'complete' then
  local lost = now < birth + use_within + hold_for and ARGV[14] ~= struct.pack('>I8', 0)
  if lost then adopt(b, ARGV[14]) end
  answer = complete(b, ARGV[14], number(15), ARGV[16], number(17))
elseif what == 'merge' then
  local other = decode(ARGV[14])
  if not other then return redis.error_reply('ERR the bucket to merge is damaged') end
  answer = merge(b, other, number(15))
else
  return look(b, ARGV[15] == '1')
end
local lives = matters_until(b) - now + 1000
if what == 'merge' then lives = math.max(lives, redis.call('PTTL', KEYS[1])) end
redis.call('SET', KEYS[1], struct.pack('>I8', whole_in) .. encode(b), 'PX', string.format('%.0f', lives))
if b.locked_until > locked_before + 100 and b.locked_until > now then
  -- Who may not publish is told by the next acquire.
  redis.pcall('PUBLISH', channel, name .. ' ' .. string.format('%.0f', locked_left(b)) .. ' ' .. b.lock_from)
end
return answer
