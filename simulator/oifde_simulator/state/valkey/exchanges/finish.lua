-- How exchanges ended, and their leases. After the time, for each: tenant, number, outcome, how many leases,
-- and of each lease tenant, epoch, rule, value and number.
local place = 2
while place <= #ARGV do
  local leases = tonumber(ARGV[place + 3])
  if ARGV[place + 1] ~= '0' then journal_finish(ARGV[place], tonumber(ARGV[place + 1]), ARGV[place + 2]) end
  place = place + 4
  for _ = 1, leases do
    local at, number = lease_at(place)
    if at then redis.call('ZREM', at, number) end
    place = place + 5
  end
end
