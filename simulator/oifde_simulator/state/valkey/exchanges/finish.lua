-- How exchanges ended. After the time, for each tenant: itself, how many arguments follow, and they, by turns "o" with a
-- number and the outcome. One is ignored where the entry is gone: entries go from the oldest on, but for single ones,
-- which were taken out only among those up to the number that 'holes' of 'j' has.
local newest, holes -- Read where a tenant has several ends; a single one is looked up by itself.

local function is_there(entries, at, first)
  local name = string.sub(ARGV[at], 2)
  local number = tonumber(name)
  if first and (number < first or number > newest) then return false end
  return first and number > holes or redis.call('HEXISTS', entries, name) == 1
end

local function oldest_of(tenant)
  if not newest then
    local known = redis.call('HMGET', key('j'), 'last', 'holes')
    newest, holes = tonumber(known[1] or '0'), tonumber(known[2] or '0')
  end
  local oldest = redis.call('ZRANGE', key('jx:' .. tenant), 0, 0)[1]
  return oldest and tonumber(string.match(oldest, '^%d+')) or newest + 1
end

local place = 2
while place <= #ARGV do
  local entries, behind = key('je:' .. ARGV[place]), place + 2 + tonumber(ARGV[place + 1])
  local first, found = behind - place > 4 and oldest_of(ARGV[place]), {}
  for at = place + 2, behind - 1, 2 do
    if is_there(entries, at, first) then found[#found + 1], found[#found + 2] = ARGV[at], ARGV[at + 1] end
  end
  if #found > 0 then redis.call('HSET', entries, unpack(found)) end
  place = behind
end
