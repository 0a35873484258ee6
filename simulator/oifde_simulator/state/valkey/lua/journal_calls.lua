-- What readers of the journal ask. Entries are given as number, entry and outcome, empty for none.
local MOST_BYTES, MOST_ENTRIES, STEP = 524288, 1000, 20
local calls = {}

local function facts_of(tenant)
  return journal_facts(redis.call('HGET', key('j'), ':' .. tenant))
end

-- Adds entries of a tenant, of those numbers that are there; how many bytes they have.
local function add_found(found, tenant, numbers)
  local fields, size = {}, 0
  for place, number in ipairs(numbers) do fields[2 * place - 1], fields[2 * place] = number, 'o' .. number end
  local values = redis.call('HMGET', key('je:' .. tenant), unpack(fields))
  for place, number in ipairs(numbers) do
    local entry = values[2 * place - 1]
    if entry then
      found[#found + 1] = number
      found[#found + 1] = entry
      found[#found + 1] = values[2 * place] or ''
      size = size + #entry
    end
  end
  return size
end

-- Numbers of at most so many entries of a tenant, after one and up to another.
local function numbers_of(tenant, after, last, most)
  local found = redis.call('ZRANGEBYSCORE', key('jx:' .. tenant), '(' .. after, last, 'LIMIT', 0, most)
  for place, each in ipairs(found) do found[place] = string.match(each, '^%d+') end
  return found
end

-- up to, after (of the first tenant), after (of the others), tenants: entries of the tenants one after the other, as
-- many as one answer may have; the place of the tenant, and the number, after which more are to be read, or 0.
function calls.read()
  local found, size = {}, 0
  for place = 6, #ARGV do
    local tenant, after = ARGV[place], place == 6 and ARGV[4] or ARGV[5]
    while true do
      local numbers = numbers_of(tenant, after, ARGV[3], STEP)
      if #numbers == 0 then break end
      size = size + add_found(found, tenant, numbers)
      after = numbers[#numbers]
      if size > MOST_BYTES or #found >= 3 * MOST_ENTRIES then return {place - 5, after, found} end
      if #numbers < STEP then break end
    end
  end
  return {0, '0', found}
end

-- tenant, numbers: entries of these numbers that are still there.
function calls.some()
  local found = {}
  add_found(found, ARGV[3], {unpack(ARGV, 4)})
  return found
end

-- number, tenants: the entry of a number, which is of one of the tenants, or nothing.
function calls.get()
  local found = {}
  for place = 4, #ARGV do
    if add_found(found, ARGV[place], {ARGV[3]}) > 0 then break end
  end
  return found
end

-- after, at or '', then a tenant, or nothing for all: whether such entries had to go.
function calls.truncated()
  local after, at, tenants = tonumber(ARGV[3]), tonumber(ARGV[4]), {ARGV[5]}
  if not ARGV[5] then tenants = redis.call('ZRANGE', key('jt'), 0, -1) end
  for _, tenant in ipairs(tenants) do
    local facts = facts_of(tenant)
    if tonumber(facts.lost) > after and (not at or facts.lost_at >= at) then return 1 end
  end
  return 0
end

local function tell_forgotten(what)
  redis.call('PUBLISH', key('forgotten'), (redis.call('HGET', key('j'), 'last') or '0') .. ' ' .. what)
end

local function forget_charge(charge)
  redis.call('HINCRBY', key('j'), 'charge', whole(0 - charge))
end

-- what is told, then a tenant, or nothing for all: forgets entries, and that any went before; how many.
function calls.clear()
  local tenants, count, charge = {ARGV[4]}, 0, 0
  if not ARGV[4] then tenants = redis.call('ZRANGE', key('jt'), 0, -1) end
  for _, tenant in ipairs(tenants) do
    local facts = facts_of(tenant)
    count, charge = count + facts.count, charge + facts.charge
    redis.call('UNLINK', key('je:' .. tenant), key('jx:' .. tenant))
    redis.call('HDEL', key('j'), ':' .. tenant)
    redis.call('ZREM', key('jt'), tenant)
    redis.call('ZREM', key('jn'), tenant)
  end
  forget_charge(charge)
  tell_forgotten(ARGV[3])
  return count
end

-- Removes entries of a tenant, of those numbers that are there; how many.
local function remove(tenant, numbers)
  local index, count, charge = key('jx:' .. tenant), 0, 0
  for _, number in ipairs(numbers) do
    local found = redis.call('ZRANGEBYSCORE', index, number, number)[1]
    if found then
      count = count + 1
      charge = charge + tonumber(string.match(found, ' (%d+) '))
      redis.call('ZREM', index, found)
      redis.call('HDEL', key('je:' .. tenant), number, 'o' .. number)
    end
  end
  if count == 0 then return 0 end
  local facts = facts_of(tenant)
  facts.count, facts.charge = facts.count - count, facts.charge - charge
  redis.call('HSET', key('j'), ':' .. tenant, journal_words(facts))
  forget_charge(charge)
  return count
end

-- what is told, how many numbers, the numbers, tenants: forgets their entries of these numbers; how many.
function calls.remove()
  local last, count = 4 + tonumber(ARGV[4]), 0
  for place = last + 1, #ARGV do
    count = count + remove(ARGV[place], {unpack(ARGV, 5, last)})
  end
  if count > 0 then tell_forgotten(ARGV[3]) end
  return count
end

-- Tenants, each with how many entries it has.
function calls.sizes()
  local found = {}
  for _, tenant in ipairs(redis.call('ZRANGE', key('jt'), 0, -1)) do
    found[#found + 1] = tenant
    found[#found + 1] = facts_of(tenant).count
  end
  return found
end

return calls[ARGV[2]]()
