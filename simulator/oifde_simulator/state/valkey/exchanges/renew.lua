-- Renew leases. After the time: tenant, epoch, rule, value and number of each. One that has lapsed stays so.
local lapses = store_time() + LAPSE
for place = 2, #ARGV, 5 do
  local at, number = lease_at(place)
  if at and redis.call('ZADD', at, 'XX', 'CH', lapses, number) == 1 then redis.call('PEXPIRE', at, KEPT) end
end
sweep(50)
