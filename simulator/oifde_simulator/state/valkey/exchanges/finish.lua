-- How exchanges ended. After the time, for each tenant: itself, how many arguments follow, and they, by turns "o" with a
-- number and the outcome. One is ignored where the entry is gone: entries go from the oldest on, but for single ones,
-- which were taken out only among those up to the number that 'holes' of 'j' has.
local known = redis.call('HMGET', key('j'), 'last', 'holes')
local newest, holes = tonumber(known[1] or '0'), tonumber(known[2] or '0')
local place = 2
while place <= #ARGV do
  local entries, behind = key('je:' .. ARGV[place]), place + 2 + tonumber(ARGV[place + 1])
  local oldest, found = redis.call('ZRANGE', key('jx:' .. ARGV[place]), 0, 0)[1], {}
  local first = oldest and tonumber(string.match(oldest, '^%d+')) or newest + 1
  for at = place + 2, behind - 1, 2 do
    local name = string.sub(ARGV[at], 2)
    local number = tonumber(name)
    if number >= first and number <= newest
      and (number > holes or redis.call('HEXISTS', entries, name) == 1) then
      found[#found + 1], found[#found + 2] = ARGV[at], ARGV[at + 1]
    end
  end
  if #found > 0 then redis.call('HSET', entries, unpack(found)) end
  place = behind
end
