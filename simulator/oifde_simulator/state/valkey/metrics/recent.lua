-- Tallies of the last seconds: the last second that is incomplete, then age and tally, one after the other.
-- Arguments: how many seconds, whether of one tenant, and the tenant.
local seconds, of_one, tenant = tonumber(ARGV[2]), ARGV[3] == '1', ARGV[4]
local second = math.floor(store_time() / 1000)
local incomplete = redis.call('GET', key('m:incomplete'))
local found = {(of_one and incomplete and tonumber(incomplete) > second - seconds) and 1 or 0}
for age = 0, seconds - 1 do
  local at = whole(second - age)
  local tally
  if of_one then
    tally = redis.call('HGET', key('m:second:' .. at), tenant)
  else
    tally = redis.call('HGET', key('m:seconds'), at)
  end
  if tally then
    found[#found + 1] = age
    found[#found + 1] = tally
  end
end
return found
