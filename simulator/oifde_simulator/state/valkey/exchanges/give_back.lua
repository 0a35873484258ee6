-- Leases that are given back. After the time, of each: tenant, epoch, rule, value and number.
for place = 2, #ARGV, 5 do
  local at, number = lease_at(place)
  if at then redis.call('ZREM', at, number) end
end
