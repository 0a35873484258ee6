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

-- Tells one channel of ends of a tenant: number, outcome and entry of each.
local function tell(channel, ended)
  for place = 1, #ended.found, 2 do
    local number = string.sub(ended.found[place], 2)
    local entry = redis.call('HGET', key('je:' .. ended.tenant), number)
    if entry then redis.call('PUBLISH', channel, number .. ' ' .. ended.found[place + 1] .. '\n' .. entry) end
  end
end

-- Tells the replicas that listen to ends of all tenants, or of one of these. Mostly none does: one that listens to
-- anything hears 'forgotten' too, before all else, so that one channel is asked for and not each.
local function tell_listening(ended)
  if redis.call('PUBSUB', 'NUMSUB', key('forgotten'))[2] == 0 then return end
  local channels = {key('ended')}
  for number, each in ipairs(ended) do channels[number + 1] = key('ended:' .. each.tenant) end
  local listening = redis.call('PUBSUB', 'NUMSUB', unpack(channels))
  for number, each in ipairs(ended) do
    if listening[2] > 0 then tell(listening[1], each) end
    if listening[2 * number + 2] > 0 then tell(listening[2 * number + 1], each) end
  end
end

local place, ended = 2, {}
while place <= #ARGV do
  local tenant, behind = ARGV[place], place + 2 + tonumber(ARGV[place + 1])
  local entries = key('je:' .. tenant)
  local first, found = behind - place > 4 and oldest_of(ARGV[place]), {}
  for at = place + 2, behind - 1, 2 do
    if is_there(entries, at, first) then found[#found + 1], found[#found + 2] = ARGV[at], ARGV[at + 1] end
  end
  if #found > 0 then
    redis.call('HSET', entries, unpack(found))
    ended[#ended + 1] = {tenant = tenant, found = found}
  end
  place = behind
end
if #ended > 0 then tell_listening(ended) end
