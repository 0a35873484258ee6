-- Gauges of the replicas that live: those that have added counts in so many milliseconds.
local since = whole(store_time() - tonumber(ARGV[2]))
local found = {}
for _, replica in ipairs(redis.call('ZRANGEBYSCORE', key('m:live'), '(' .. since, '+inf')) do
  found[#found + 1] = redis.call('HGET', key('m:gauges'), replica)
end
return found
