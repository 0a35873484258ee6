-- Exchanges on record. 'j' has the number of the last, the bytes that all are charged with, and the bounds. For each
-- tenant, by number: the hashes je:{tenant} of entries and jo:{tenant} of outcomes, and the sorted set jx:{tenant} of
-- "<number> <charge> <time>". Of tenants: 'jt' by the number of their first entry, 'jn' of their newest, 'jl' of the
-- last that had to go; 'jc' by charge; 'ja' has the latest time of one that had to go.

-- Forgets entries of a tenant that are out of its sorted set, and what they were charged with.
local function journal_forget(tenant, numbers, charge)
  redis.call('HDEL', key('je:' .. tenant), unpack(numbers))
  redis.call('HDEL', key('jo:' .. tenant), unpack(numbers))
  redis.call('ZINCRBY', key('jc'), whole(0 - charge), tenant)
end

-- Loses the oldest entries of a tenant while is_over(charge that went, entries that went) and another is newer; how
-- many bytes they were charged with.
local function journal_lose(tenant, count, is_over)
  local index, lost, went, size = key('jx:' .. tenant), 0, 0, 1
  local before = tonumber(redis.call('HGET', key('ja'), tenant) or '-1')
  local lost_at, last = before, nil
  while went < count - 1 and is_over(lost, went) do
    local going, charge = {}, 0
    for place, each in ipairs(redis.call('ZRANGE', index, 0, size - 1)) do
      if went == count - 1 or not is_over(lost + charge, went) then break end
      local number, one, at = string.match(each, '^(%d+) (%d+) (%-?%d+)$')
      going[place], last, went, charge = number, number, went + 1, charge + tonumber(one)
      lost_at = math.max(lost_at, tonumber(at))
    end
    redis.call('ZREMRANGEBYRANK', index, 0, #going - 1)
    journal_forget(tenant, going, charge)
    lost, size = lost + charge, 32
  end
  if last then redis.call('ZADD', key('jl'), last, tenant) end
  if lost_at > before then redis.call('HSET', key('ja'), tenant, whole(lost_at)) end
  return lost
end

-- Brings the charge of all to 15/16 of the bound; the charge then. The largest tenants give first, half of what they
-- have, and none its newest entry if that is the one that has just come.
local function journal_make_room(total, bound, newest)
  -- Tenants that have entries, by their charge, the largest first; those that are equal as they came. It is in here
  -- since each call of a script makes the functions outside anew.
  local function givers()
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

  local wanted, gave = math.floor(bound * 15 / 16), true
  while total > wanted and gave do
    gave = false
    for _, each in ipairs(givers()) do
      if total <= wanted then break end
      local half, count = math.floor(each.charge / 2), redis.call('ZCARD', key('jx:' .. each.tenant))
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
  redis.call('HSET', key('je:' .. tenant), name, entry)
  redis.call('ZADD', key('jx:' .. tenant), name, name .. ' ' .. whole(charge) .. ' ' .. whole(at))
  if redis.call('ZADD', key('jn'), name, tenant) == 1 then redis.call('ZADD', key('jt'), name, tenant) end
  local held = tonumber(redis.call('ZINCRBY', key('jc'), whole(charge), tenant))
  local count = redis.call('ZCARD', key('jx:' .. tenant))
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
