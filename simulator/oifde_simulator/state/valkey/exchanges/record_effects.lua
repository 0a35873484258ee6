-- An exchange on record with what its rules did. As record, then: the token that was ended and its verdict (both ''
-- for none), and of each rule that fired: its name, the rule as it was written ('' where coverage does not count it),
-- its outcome, how many faults, and they.
local tenant, epoch = ARGV[2], tonumber(ARGV[4])
if not is_current(tenant, tonumber(ARGV[3]), epoch, ARGV[5] == '1') then return nil end
local number = journal_add(ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9])

local counts = counts_make(tenant, epoch)
local place = 12
while place <= #ARGV do
  local last = place + 3 + tonumber(ARGV[place + 3])
  redis.call('HINCRBY', key('c:' .. counts .. ':fired'), ARGV[place], 1)
  if ARGV[place + 1] ~= '' then
    coverage_fire(ARGV[place + 1], tonumber(ARGV[place + 2]), {unpack(ARGV, place + 4, last)})
  end
  place = last + 1
end
if ARGV[11] ~= '' then put(counts .. ':e', ARGV[10], ARGV[11], MOST_TOKENS) end
return number
