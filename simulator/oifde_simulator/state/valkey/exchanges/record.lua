-- Exchanges on record whose rules did nothing. After the time, for each run of entries that follow one another and were
-- planned alike: tenant, version, epoch, whether the version was checked; tenant of the entries and how many they are;
-- of each entry "<charge> <time>" and its bytes. Returns the number of each; false where its tenant has changed.
local numbers, place = {}, 2
while place <= #ARGV do
  local first, count = place + 6, tonumber(ARGV[place + 5])
  local last = first + 2 * count - 1
  local number = is_current(ARGV[place], tonumber(ARGV[place + 1]), tonumber(ARGV[place + 2]), ARGV[place + 3] == '1')
    and journal_add(ARGV[place + 4], first, last)
  for step = 0, count - 1 do numbers[#numbers + 1] = number and number + step end
  place = last + 1
end
return numbers
