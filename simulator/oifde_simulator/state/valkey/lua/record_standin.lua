-- Stand-in of record: time, tenant, version, epoch, begun, at, charge, entry, tenant of the entry, rules that fired.
local tenant, epoch, place = ARGV[2], ARGV[4], 10
if not is_current(tenant, tonumber(ARGV[3]), tonumber(epoch), ARGV[5] == '1') then return false end
while place <= #ARGV do
  counts_fire(tenant, epoch, ARGV[place])
  local faults = {}
  for fault = place + 4, place + 3 + tonumber(ARGV[place + 3]) do faults[#faults + 1] = ARGV[fault] end
  if ARGV[place + 1] ~= '' then coverage_fire(ARGV[place + 1], tonumber(ARGV[place + 2]), faults) end
  place = place + 4 + #faults
end
return journal_add(ARGV[9], tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8])
