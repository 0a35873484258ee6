-- Exchanges on record. 'j' has the number of the last, the bytes that all are charged with, and the bounds. For each
-- tenant: the hash je:{tenant} of entries by number, and of outcomes by "o" and
-- number; the sorted set jx:{tenant} by number of "<number> <charge> <time>"; and the hash jm:{tenant}, which has how
-- many there are (count), what they are charged with (charge), and of those that had to go the last number (lost) and
-- the latest time (lost_at). Of tenants: 'jt' by the number of their first entry, 'jn' of their newest.

-- Facts of a tenant (see jm above).
local function journal_facts(tenant)
  local found = redis.call('HMGET', key('jm:' .. tenant), 'count', 'charge', 'lost', 'lost_at')
  return {
    count = tonumber(found[1] or '0'),
    charge = tonumber(found[2] or '0'),
    lost = found[3] or '0',
    lost_at = tonumber(found[4] or '-1'),
  }
end

local function journal_keep(tenant, facts)
  local count, charge = whole(facts.count), whole(facts.charge)
  if facts.lost == '0' then
    redis.call('HSET', key('jm:' .. tenant), 'count', count, 'charge', charge)
  else
    local lost_at = whole(facts.lost_at)
    redis.call('HSET', key('jm:' .. tenant), 'count', count, 'charge', charge, 'lost', facts.lost, 'lost_at', lost_at)
  end
end

-- Loses the oldest entries of a tenant while is_over(charge that went, entries that went), but not its last `kept`; how
-- many bytes they were charged with. The caller keeps the facts.
local function journal_lose(tenant, facts, kept, is_over)
  local index, lost, went, most = key('jx:' .. tenant), 0, 0, facts.count - kept
  local going = {}
  while went < most and is_over(lost, went) do
    local number, charge, at = string.match(redis.call('ZPOPMIN', index)[1], '^(%d+) (%d+) (%-?%d+)$')
    going[#going + 1], going[#going + 2] = number, 'o' .. number
    lost, went, facts.lost = lost + tonumber(charge), went + 1, number
    facts.lost_at = math.max(facts.lost_at, tonumber(at))
    if #going >= 1000 then
      redis.call('HDEL', key('je:' .. tenant), unpack(going))
      going = {}
    end
  end
  if #going > 0 then redis.call('HDEL', key('je:' .. tenant), unpack(going)) end
  facts.count, facts.charge = facts.count - went, facts.charge - lost
  return lost
end

-- Brings the charge of all to 15/16 of the bound; the charge then. The largest tenants give first, half of what they
-- have, and none its newest entry if that is the one that has just come.
local function journal_make_room(total, bound, newest)
  -- Tenants that have entries, by their charge, the largest first; those that are equal as they came. It is in here
  -- since each call of a script makes the functions outside anew.
  local function givers()
    local found = {}
    for since, tenant in ipairs(redis.call('ZRANGE', key('jt'), 0, -1)) do
      local facts = journal_facts(tenant)
      if facts.charge > 0 then found[#found + 1] = {tenant = tenant, facts = facts, since = since} end
    end
    table.sort(found, function(one, other)
      if one.facts.charge ~= other.facts.charge then return one.facts.charge > other.facts.charge end
      return one.since < other.since
    end)
    return found
  end

  local wanted, gave = math.floor(bound * 15 / 16), true
  while total > wanted and gave do
    gave = false
    for _, each in ipairs(givers()) do
      if total <= wanted then break end
      local facts, kept = each.facts, each.tenant == newest and 1 or 0
      if facts.count > kept then
        local charge, half = facts.charge, math.floor(facts.charge / 2)
        gave = true
        total = total - journal_lose(each.tenant, facts, kept, function(lost)
          return total - lost > wanted and charge - lost > half
        end)
        journal_keep(each.tenant, facts)
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
  local name, facts = whole(number), journal_facts(tenant)
  redis.call('HSET', key('je:' .. tenant), name, entry)
  redis.call('ZADD', key('jx:' .. tenant), name, name .. ' ' .. whole(charge) .. ' ' .. whole(at))
  if redis.call('ZADD', key('jn'), name, tenant) == 1 then redis.call('ZADD', key('jt'), name, tenant) end
  local count, held = facts.count + 1, facts.charge + charge
  facts.count, facts.charge = count, held
  if count > most or held > most_held then
    total = total - journal_lose(tenant, facts, 1, function(lost, went)
      return count - went > most or held - lost > most_held
    end)
  end
  journal_keep(tenant, facts)
  if total > most_bytes then total = journal_make_room(total, most_bytes, tenant) end
  redis.call('HSET', key('j'), 'last', name, 'charge', whole(total))
  journal_tell(tenant, name, entry)
  return number
end
