-- Atomic operations on access tokens. KEYS: the record, or the lease. ARGV: the operation, its arguments.
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

-- Arguments: holder, duration in ms. Returns the remaining time of another holder's lease, or 0.
if what == 'lease' then
  local holder = redis.call('GET', KEYS[1])
  if holder and holder ~= ARGV[2] then return math.max(redis.call('PTTL', KEYS[1]), 1) end
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 0
end

if redis.call('GET', KEYS[1]) == ARGV[2] then redis.call('DEL', KEYS[1]) end
return 0
