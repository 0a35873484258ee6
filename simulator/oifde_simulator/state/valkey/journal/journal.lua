-- Exchanges on record. 'j' (hash) has the number of the last (last), the bytes that all are charged with (charge), the
-- bounds, the number up to which single entries were taken out (holes, see finish.lua), and by ":" and tenant "<count> <charge> <lost> <lost at>": how many entries there are, what they are charged
-- with, and of those that had to go the last number and the latest time. For each tenant: the hash je:{tenant} of
-- entries by number, and of outcomes by "o" and number; the sorted set jx:{tenant} by number of "<number> <charge>
-- <time>". Of tenants: 'jt' by the number of their first entry, 'jn' of their newest.

-- Reads the facts of a tenant as 'j' has them.
local function journal_facts(found)
  if not found then return {count = 0, charge = 0, lost = '0', lost_at = -1} end
  local count, charge, lost, lost_at = string.match(found, '^(%d+) (%d+) (%d+) (%-?%d+)$')
  return {count = tonumber(count), charge = tonumber(charge), lost = lost, lost_at = tonumber(lost_at)}
end

local function journal_words(facts)
  return string.format('%.0f %.0f %s %.0f', facts.count, facts.charge, facts.lost, facts.lost_at)
end

-- Loses the oldest entries of a tenant while is_over(charge that went, entries that went), the first `surely` without
-- asking, but not its last `kept`; how many bytes they were charged with. The caller keeps the facts.
local function journal_lose(tenant, facts, kept, surely, is_over)
  local index, lost, went, most = key('jx:' .. tenant), 0, 0, facts.count - kept
  while went < most and is_over(lost, went) do
    local going, oldest = {}, redis.call('ZPOPMIN', index, math.max(1, math.min(surely - went, most - went, 500)))
    for place = 1, #oldest, 2 do
      local number, charge, at = string.match(oldest[place], '^(%d+) (%d+) (%-?%d+)$')
      going[place], going[place + 1] = number, 'o' .. number
      lost, went, facts.lost = lost + tonumber(charge), went + 1, number
      facts.lost_at = math.max(facts.lost_at, tonumber(at))
    end
    redis.call('HDEL', key('je:' .. tenant), unpack(going))
  end
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
      local facts = journal_facts(redis.call('HGET', key('j'), ':' .. tenant))
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
        total = total - journal_lose(each.tenant, facts, kept, 0, function(lost)
          return total - lost > wanted and charge - lost > half
        end)
        redis.call('HSET', key('j'), ':' .. each.tenant, journal_words(facts))
      end
    end
  end
  return total
end

-- Tells replicas that listen to a tenant, or to all, of entries: number and bytes by turns.
local function journal_tell(tenant, entries)
  local listening = redis.call('PUBSUB', 'NUMSUB', key('heard:' .. tenant), key('heard'))
  if listening[2] + listening[4] == 0 then return end
  for entry = 1, #entries, 2 do
    for place = 1, 3, 2 do
      if listening[place + 1] > 0 then
        redis.call('PUBLISH', listening[place], entries[entry] .. ' ' .. entries[entry + 1])
      end
    end
  end
end

-- Puts entries of a tenant on record, of which the arguments from one to another are by turns "<charge> <time>" and
-- bytes; the number of the first. They share all that is written of the tenant and of all tenants.
local function journal_add(tenant, first, last)
  local own = ':' .. tenant
  local known = redis.call('HMGET', key('j'), 'last', 'charge', 'exchanges', 'tenant_bytes', 'total_bytes', own)
  local facts = journal_facts(known[6])
  for place = 1, 5 do known[place] = tonumber(known[place] or '0') end
  local number, most, most_held, most_bytes = known[1], unpack(known, 3, 5)
  local entries, index, charge, name = {}, {}, 0, nil
  for place = first, last, 2 do
    number = number + 1
    name = whole(number)
    charge = charge + tonumber(string.match(ARGV[place], '^%d+'))
    entries[#entries + 1], entries[#entries + 2] = name, ARGV[place + 1]
    index[#index + 1], index[#index + 2] = name, name .. ' ' .. ARGV[place]
  end
  redis.call('HSET', key('je:' .. tenant), unpack(entries))
  redis.call('ZADD', key('jx:' .. tenant), unpack(index))
  if redis.call('ZADD', key('jn'), name, tenant) == 1 then redis.call('ZADD', key('jt'), entries[1], tenant) end
  local count, held, total = facts.count + #entries / 2, facts.charge + charge, known[2] + charge
  facts.count, facts.charge = count, held
  if count > most or held > most_held then
    total = total - journal_lose(tenant, facts, 1, count - most, function(lost, went)
      return count - went > most or held - lost > most_held
    end)
  end
  redis.call('HSET', key('j'), 'last', name, 'charge', whole(total), own, journal_words(facts))
  if total > most_bytes then
    redis.call('HSET', key('j'), 'charge', whole(journal_make_room(total, most_bytes, tenant)))
  end
  journal_tell(tenant, entries)
  return tonumber(entries[1])
end
