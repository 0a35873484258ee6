-- Exchanges on record. 'j' has the number of the last, the bytes that all are charged with, and the bounds. For each
-- tenant: the stream je:{tenant} with ids "<number>-0" and the fields a (time), c (charge), e (entry), and the hash
-- jo:{tenant} of outcomes by number. Of tenants: 'jt' by the number of their first entry, 'jn' of their newest, 'jl' of
-- the last that had to go; 'jc' by charge; 'ja' has the latest time of one that had to go.
local function journal_number(id)
  return string.match(id, '^(%d+)')
end

-- Takes entries from a tenant, which are given as XRANGE has them; how many bytes they were charged with.
local function journal_take(tenant, entries)
  local ids, numbers, charge = {}, {}, 0
  for place, each in ipairs(entries) do
    ids[place], numbers[place] = each[1], journal_number(each[1])
    charge = charge + tonumber(each[2][4])
  end
  redis.call('XDEL', key('je:' .. tenant), unpack(ids))
  redis.call('HDEL', key('jo:' .. tenant), unpack(numbers))
  redis.call('ZINCRBY', key('jc'), whole(0 - charge), tenant)
  return charge
end

-- Loses the oldest entries of a tenant while is_over(charge that went, entries that went) and another is newer; how
-- many bytes they were charged with.
local function journal_lose(tenant, count, is_over)
  local lost, went, size = 0, 0, 1
  local lost_at = tonumber(redis.call('HGET', key('ja'), tenant) or '-1')
  while went < count - 1 and is_over(lost, went) do
    local going = {}
    for _, each in ipairs(redis.call('XRANGE', key('je:' .. tenant), '-', '+', 'COUNT', size)) do
      if went == count - 1 or not is_over(lost, went) then break end
      going[#going + 1], went, lost = each, went + 1, lost + tonumber(each[2][4])
      lost_at = math.max(lost_at, tonumber(each[2][2]))
    end
    journal_take(tenant, going)
    redis.call('ZADD', key('jl'), journal_number(going[#going][1]), tenant)
    size = 32
  end
  redis.call('HSET', key('ja'), tenant, whole(lost_at))
  return lost
end

-- Tenants that have entries, by their charge, the largest first; those that are equal as they came.
local function journal_givers()
  local found, listed = {}, redis.call('ZREVRANGE', key('jc'), 0, -1, 'WITHSCORES')
  local first = 1
  while first < #listed and tonumber(listed[first + 1]) > 0 do
    local last = first
    while listed[last + 3] == listed[first + 1] do last = last + 2 end
    local equal = {}
    for place = first, last, 2 do
      local since = last > first and tonumber(redis.call('ZSCORE', key('jt'), listed[place])) or 0
      equal[#equal + 1] = {tenant = listed[place], charge = tonumber(listed[place + 1]), since = since}
    end
    table.sort(equal, function(one, other) return one.since < other.since end)
    for _, each in ipairs(equal) do found[#found + 1] = each end
    first = last + 2
  end
  return found
end

-- Brings the charge of all to 15/16 of the bound; the charge then. The largest tenants give first, half of what they
-- have, and none its newest entry if that is the one that has just come.
local function journal_make_room(total, bound, newest)
  local wanted, gave = math.floor(bound * 15 / 16), true
  while total > wanted and gave do
    gave = false
    for _, each in ipairs(journal_givers()) do
      if total <= wanted then break end
      local half, count = math.floor(each.charge / 2), redis.call('XLEN', key('je:' .. each.tenant))
      if each.tenant ~= newest then count = count + 1 end
      if count > 1 then
        gave = true
        total = total - journal_lose(each.tenant, count, function(lost)
          return total - lost > wanted and each.charge - lost > half
        end)
      end
    end
  end
  return total
end

-- Tells replicas of an entry that listen to its tenant, or to all.
local function journal_tell(tenant, number, entry)
  local listening = redis.call('PUBSUB', 'NUMSUB', key('heard:' .. tenant), key('heard'))
  for place = 1, 3, 2 do
    if listening[place + 1] > 0 then redis.call('PUBLISH', listening[place], number .. ' ' .. entry) end
  end
end

-- Puts an entry on record; its number.
local function journal_add(tenant, at, charge, entry)
  local known = redis.call('HMGET', key('j'), 'last', 'charge', 'exchanges', 'tenant_bytes', 'total_bytes')
  for place = 1, 5 do known[place] = tonumber(known[place] or '0') end
  local number, total, most, most_held, most_bytes = known[1] + 1, known[2] + charge, unpack(known, 3)
  local name = whole(number)
  redis.call('XADD', key('je:' .. tenant), name .. '-0', 'a', whole(at), 'c', whole(charge), 'e', entry)
  if redis.call('ZADD', key('jn'), name, tenant) == 1 then redis.call('ZADD', key('jt'), name, tenant) end
  local held, count = tonumber(redis.call('ZINCRBY', key('jc'), whole(charge), tenant)), 0
  count = redis.call('XLEN', key('je:' .. tenant))
  if count > most or held > most_held then
    total = total - journal_lose(tenant, count, function(lost, went)
      return count - went > most or held - lost > most_held
    end)
  end
  if total > most_bytes then total = journal_make_room(total, most_bytes, tenant) end
  redis.call('HSET', key('j'), 'last', name, 'charge', whole(total))
  journal_tell(tenant, name, entry)
  return number
end

-- Keeps the outcome of an entry; ignored if the entry is gone.
local function journal_finish(tenant, number, outcome)
  if number == 0 then return end
  local name = whole(number)
  if #redis.call('XRANGE', key('je:' .. tenant), name, name) > 0 then
    redis.call('HSET', key('jo:' .. tenant), name, outcome)
  end
end
