-- Stand-in: entries of each tenant in a stream of its own, by their numbers.
local function journal_add(tenant, at, charge, entry)
  local number = redis.call('HINCRBY', key('j'), 'last', 1)
  redis.call('XADD', key('je:' .. tenant), whole(number) .. '-0', 'e', entry, 'a', whole(at), 'c', whole(charge))
  return number
end

local function journal_finish(tenant, number, outcome)
  redis.call('HSET', key('jo:' .. tenant), whole(number), outcome)
end
