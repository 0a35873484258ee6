-- A replica is alive. Forgets those that are not, and finds out whether this one is a member: one that serves
-- what all members serve. The first that comes where there is no member is one, whatever it serves.
-- ARGV: 2 replica, 3 milliseconds after which a silent replica counts no more, 4 digest of what it serves,
-- 5 name for the store if it has none. Returns the store's name, the number of the last announcement, 1 for a
-- member, 1 if it has just become the first one, 1 if the text of the digest is known, and replica, digest
-- and membership of each that lives.
local now = store_time()
local since = whole(now - tonumber(ARGV[3]))
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', key('replicas'), '-inf', since)) do
  redis.call('HDEL', key('digests'), gone)
  redis.call('SREM', key('members'), gone)
  for _, topic in ipairs(redis.call('HKEYS', key('announcements'))) do
    redis.call('HDEL', key('done:' .. topic), gone)
  end
end
redis.call('ZREMRANGEBYSCORE', key('replicas'), '-inf', since)
redis.call('ZADD', key('replicas'), whole(now), ARGV[2])
redis.call('HSET', key('digests'), ARGV[2], ARGV[4])
redis.call('SETNX', key('store'), ARGV[5])

local member = redis.call('SISMEMBER', key('members'), ARGV[2])
local first = 0
if member == 0 then
  local agreed, others = true, redis.call('SMEMBERS', key('members'))
  for _, other in ipairs(others) do
    if redis.call('HGET', key('digests'), other) ~= ARGV[4] then agreed = false end
  end
  if agreed then
    redis.call('SADD', key('members'), ARGV[2])
    member = 1
    if #others == 0 then first = 1 end
  end
end

local living, used = {}, {}
for _, replica in ipairs(redis.call('ZRANGE', key('replicas'), 0, -1)) do
  local digest = redis.call('HGET', key('digests'), replica) or ''
  used[digest] = true
  living[#living + 1] = replica
  living[#living + 1] = digest
  living[#living + 1] = redis.call('SISMEMBER', key('members'), replica)
end
for _, digest in ipairs(redis.call('HKEYS', key('descriptions'))) do
  if not used[digest] then redis.call('HDEL', key('descriptions'), digest) end
end
return {
  redis.call('GET', key('store')), tonumber(redis.call('GET', key('announced')) or '0'), member, first,
  redis.call('HEXISTS', key('descriptions'), ARGV[4]), living
}
