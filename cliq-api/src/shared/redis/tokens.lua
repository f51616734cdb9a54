-- Atomic operations on access tokens. KEYS: the record, or the lease. ARGV: the operation, its
-- arguments.
local what = ARGV[1]

-- A record starts with its version (eight bytes).
if what == 'save' then
  local stored = redis.call('GET', KEYS[1])
  local version = 0
  if stored and #stored >= 8 then version = struct.unpack('>I8', stored) end
  if struct.unpack('>I8', ARGV[2]) ~= version + 1 then return 0 end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end

if what == 'load' then return redis.call('GET', KEYS[1]) end

-- A lease is its holder (eight bytes) and its duration in ms, which earlier versions left out.
local stored = redis.call('GET', KEYS[1]) or ''
local holder, duration = stored:sub(1, 8), tonumber(stored:sub(9))

-- Arguments: holder, duration. Returns the remaining time of another holder's lease, or 0.
if what == 'lease' then
  if stored ~= '' and holder ~= ARGV[2] then
    local left = redis.call('PTTL', KEYS[1])
    if duration and left > duration then
      -- The clock was set back.
      redis.call('SET', KEYS[1], stored, 'PX', duration)
      left = duration
    end
    return math.max(left, 1)
  end
  redis.call('SET', KEYS[1], ARGV[2] .. ARGV[3], 'PX', ARGV[3])
  return 0
end

if holder == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 0
