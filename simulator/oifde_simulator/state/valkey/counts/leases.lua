-- Exchanges in flight; needs common, tables and counts. Each is a lease that its end gives back.
-- c:7:3:flight:<value> (sorted set) has the number of each lease and when it lapses, in the store's time. The key
-- goes by itself once nobody renews a lease of it, so that nothing is left of replicas that died.
local LAPSE, KEPT = 10000, 60000

local function flight(name, value)
  return key('c:' .. name .. ':flight:' .. value)
end

-- Take a lease; its number, and how many exchanges are in flight with it.
local function take_lease(counts, name, value)
  local at, now = flight(name, value), store_time()
  local number = redis.call('HINCRBY', key('c:' .. counts), 'lease', 1)
  redis.call('ZREMRANGEBYSCORE', at, '-inf', now)
  redis.call('ZADD', at, now + LAPSE, number)
  redis.call('PEXPIRE', at, KEPT)
  return number, redis.call('ZCARD', at)
end

-- The key of the lease that five arguments from a place on describe, and its number; nil where it has passed.
local function lease_at(place)
  local counts = counts_find(ARGV[place], tonumber(ARGV[place + 1]))
  local number = counts and redis.call('HGET', key('c:' .. counts .. ':rules'), ARGV[place + 2])
  if not number then return nil end
  return flight(counts .. ':' .. number, ARGV[place + 3]), ARGV[place + 4]
end
