-- Exchanges on record with what their rules did. As record, but behind the entries of a run come their effects: of each
-- entry how many arguments follow; the token that was ended and its verdict (both '' for none), and of each rule that
-- fired: its name, the rule as it was written ('' where coverage does not count it), its outcome, how many faults, and
-- they.
local numbers = {}

local function effects(counts, place, last)
  local token, verdict = ARGV[place], ARGV[place + 1]
  place = place + 2
  while place <= last do
    local faults = place + 3 + tonumber(ARGV[place + 3])
    redis.call('HINCRBY', key('c:' .. counts .. ':fired'), ARGV[place], 1)
    if ARGV[place + 1] ~= '' then
      coverage_fire(ARGV[place + 1], tonumber(ARGV[place + 2]), {unpack(ARGV, place + 4, faults)})
    end
    place = faults + 1
  end
  if verdict ~= '' then put(counts .. ':e', token, verdict, MOST_TOKENS) end
end

-- The effects of a run whose entries are on record from a number on, false where they are not; the next place.
local function run_effects(tenant, epoch, number, count, place)
  local counts = nil
  for step = 0, count - 1 do
    numbers[#numbers + 1] = number and number + step
    local size = tonumber(ARGV[place])
    if number and size > 0 then
      counts = counts or counts_make(tenant, epoch)
      effects(counts, place + 1, place + size)
    end
    place = place + size + 1
  end
  return place
end

local place = 2
while place <= #ARGV do
  local tenant, epoch, count = ARGV[place], tonumber(ARGV[place + 2]), tonumber(ARGV[place + 5])
  local behind = place + 6 + 2 * count
  local number = is_current(tenant, tonumber(ARGV[place + 1]), epoch, ARGV[place + 3] == '1')
    and journal_add(ARGV[place + 4], place + 6, behind - 1)
  place = run_effects(tenant, epoch, number, count, behind)
end
return numbers
