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
  for first = 1, #tenants, MOST_ENTRIES do
    local fields = {}
    for place = first, math.min(first + MOST_ENTRIES - 1, #tenants) do fields[#fields + 1] = ':' .. tenants[place] end
    for _, found in ipairs(redis.call('HMGET', key('j'), unpack(fields))) do
      local facts = journal_facts(found)
      if tonumber(facts.lost) > after and (not at or facts.lost_at >= at) then return 1 end
    end
  end
  return 0
end

-- Tells replicas that entries up to a number were forgotten.
local function tell_forgotten(last, what)
  redis.call('PUBLISH', key('forgotten'), last .. ' ' .. what)
end

local function newest()
  return redis.call('HGET', key('j'), 'last') or '0'
end

local function forget_charge(charge)
  redis.call('HINCRBY', key('j'), 'charge', whole(0 - charge))
end

-- Forgets all entries of tenants, and that any went before; how many.
local function forget(tenants)
  if #tenants == 0 then return 0 end
  local count, charge, names, fields = 0, 0, {}, {}
  for place, tenant in ipairs(tenants) do
    names[2 * place - 1], names[2 * place] = key('je:' .. tenant), key('jx:' .. tenant)
    fields[place] = ':' .. tenant
  end
  for _, found in ipairs(redis.call('HMGET', key('j'), unpack(fields))) do
    local facts = journal_facts(found)
    count, charge = count + facts.count, charge + facts.charge
  end
  redis.call('UNLINK', unpack(names))
  redis.call('HDEL', key('j'), unpack(fields))
  for _, name in ipairs({'jt', 'jn'}) do redis.call('ZREM', key(name), unpack(tenants)) end
  forget_charge(charge)
  return count
end

-- Takes entries that are gone off the facts of their tenant, and off the charge of all.
local function take_off(tenant, facts, count, charge)
  facts.count, facts.charge = facts.count - count, facts.charge - charge
  redis.call('HSET', key('j'), ':' .. tenant, journal_words(facts))
  forget_charge(charge)
end

-- Forgets entries of a tenant up to a number, at most so many; how many.
local function forget_older(tenant, last, most)
  local index, count, charge, facts = key('jx:' .. tenant), 0, 0, facts_of(tenant)
  while count < most do
    local size = math.min(STEP, most - count)
    local going, fields = redis.call('ZRANGEBYSCORE', index, '-inf', whole(last), 'LIMIT', 0, size), {}
    if #going == 0 then break end
    for place, each in ipairs(going) do
      local number, one = string.match(each, '^(%d+) (%d+) ')
      fields[2 * place - 1], fields[2 * place], charge = number, 'o' .. number, charge + tonumber(one)
    end
    redis.call('HDEL', key('je:' .. tenant), unpack(fields))
    redis.call('ZREM', index, unpack(going))
    count = count + #going
  end
  if count < most then
    local first = redis.call('ZRANGE', index, 0, 0)[1]
    redis.call('ZADD', key('jt'), first and string.match(first, '^%d+') or whole(last + 1), tenant)
    if tonumber(facts.lost) <= last then facts.lost, facts.lost_at = '0', -1 end
  end
  take_off(tenant, facts, count, charge)
  return count
end

-- what is told, tenant: forgets its entries, and that any went before; how many.
function calls.clear()
  local count = forget({ARGV[4]})
  tell_forgotten(newest(), ARGV[3])
  return count
end

-- last number, how many tenants: forgets entries of some tenants up to that number, and that any went before; how
-- many, and whether there may be more. Entries that came since stay.
function calls.clear_some()
  local last, most, whole_tenants = tonumber(ARGV[3]), MOST_ENTRIES, {}
  local tenants = redis.call('ZRANGEBYSCORE', key('jt'), '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
  for _, tenant in ipairs(tenants) do
    if tonumber(redis.call('ZSCORE', key('jn'), tenant)) <= last then
      whole_tenants[#whole_tenants + 1] = tenant
    elseif most > 0 then
      most = most - forget_older(tenant, last, most)
    end
  end
  local is_more = most <= 0 or #tenants == tonumber(ARGV[4])
  return {forget(whole_tenants) + MOST_ENTRIES - most, is_more and 1 or 0}
end

-- last number, what is told.
function calls.tell()
  tell_forgotten(ARGV[3], ARGV[4])
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
  take_off(tenant, facts_of(tenant), count, charge)
  return count
end

-- what is told, how many numbers, the numbers, tenants: forgets their entries of these numbers; how many.
function calls.remove()
  local last, count = 4 + tonumber(ARGV[4]), 0
  for place = last + 1, #ARGV do
    count = count + remove(ARGV[place], {unpack(ARGV, 5, last)})
  end
  if count > 0 then
    redis.call('HSET', key('j'), 'holes', newest())
    tell_forgotten(newest(), ARGV[3])
  end
  return count
end

-- tenants: how many entries each has.
function calls.sizes()
  local found = {}
  for place = 3, #ARGV do found[place - 2] = facts_of(ARGV[place]).count end
  return found
end

return calls[ARGV[2]]()
