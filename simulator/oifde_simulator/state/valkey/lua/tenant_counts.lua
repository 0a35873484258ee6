-- What was counted of the rules of a tenant. Stand-in, with counts.lua.
local calls = {}
local tenant, epoch = ARGV[3], ARGV[4]
local states, order = key('c:' .. tenant .. ':s'), key('c:' .. tenant .. ':o')

local function is_counted()
  return redis.call('HGET', key('counts'), tenant) == epoch
end

function calls.fired()
  return is_counted() and redis.call('HGETALL', key('c:' .. tenant .. ':f')) or {}
end

function calls.entered()
  local found = is_counted() and redis.call('HGET', states, ARGV[5])
  if not found then return {} end
  local at, name = string.match(found, '^(%S+) (.*)$')
  return {name, at}
end

function calls.states()
  return is_counted() and redis.call('ZRANGE', order, 0, -1) or {}
end

function calls.enter()
  local _, now_epoch = standing(tenant)
  if now_epoch ~= tonumber(epoch) then return 0 end
  counts_of(tenant, epoch)
  redis.call('HSET', states, ARGV[5], ARGV[7] .. ' ' .. ARGV[6])
  redis.call('ZADD', order, 'NX', redis.call('ZCARD', order), ARGV[5])
  return 1
end

return calls[ARGV[2]]()
