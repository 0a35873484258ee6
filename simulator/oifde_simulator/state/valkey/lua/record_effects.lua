-- An exchange on record with what its rules did. As record, then: the token that was ended and its verdict (both ''
-- for none), and of each rule that fired: rule, scenario ('' where coverage does not count it), definition, outcome,
-- how many faults, and their names.
local tenant, epoch = ARGV[2], tonumber(ARGV[4])
if not is_current(tenant, tonumber(ARGV[3]), epoch, ARGV[5] == '1') then return nil end
local number = journal_add(ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9])

local counts = counts_make(tenant, epoch)
local place = 12
while place <= #ARGV do
  local last = place + 4 + tonumber(ARGV[place + 4])
  redis.call('HINCRBY', key('c:' .. counts .. ':fired'), ARGV[place], 1)
  if ARGV[place + 1] ~= '' then
    local faults = {unpack(ARGV, place + 5, last)}
    coverage_fire(ARGV[place + 1], ARGV[place], ARGV[place + 2], tonumber(ARGV[place + 3]), faults)
  end
  place = last + 1
end
if ARGV[11] ~= '' then put(counts .. ':e', ARGV[10], ARGV[11], MOST_TOKENS) end
return number
