-- What readers of the journal ask. Entries are given as number, entry and outcome, empty for none.
local MOST_BYTES, MOST_ENTRIES, STEP = 524288, 1000, 20
local calls = {}

local function add_found(found, tenant, entries)
  local numbers, size = {}, 0
  for place, each in ipairs(entries) do numbers[place] = journal_number(each[1]) end
  local outcomes = redis.call('HMGET', key('jo:' .. tenant), unpack(numbers))
  for place, each in ipairs(entries) do
    found[#found + 1] = numbers[place]
    found[#found + 1] = each[2][6]
    found[#found + 1] = outcomes[place] or ''
    size = size + #each[2][6]
  end
  return size
end

local function one(tenant, number)
  return redis.call('XRANGE', key('je:' .. tenant), number, number)
end

-- up to, after (of the first tenant), after (of the others), tenants: entries of the tenants one after the other, as
-- many as one answer may have; the place of the tenant, and the number, after which more are to be read, or 0.
function calls.read()
  local found, size = {}, 0
  for place = 6, #ARGV do
    local tenant, after = ARGV[place], place == 6 and ARGV[4] or ARGV[5]
    while true do
      local entries = redis.call('XRANGE', key('je:' .. tenant), '(' .. after, ARGV[3], 'COUNT', STEP)
      if #entries == 0 then break end
      size = size + add_found(found, tenant, entries)
      after = journal_number(entries[#entries][1])
      if size > MOST_BYTES or #found >= 3 * MOST_ENTRIES then return {place - 5, after, found} end
      if #entries < STEP then break end
    end
  end
  return {0, '0', found}
end

-- tenant, numbers: entries of these numbers that are still there.
function calls.some()
  local found = {}
  for place = 4, #ARGV do
    local entries = one(ARGV[3], ARGV[place])
    if #entries > 0 then add_found(found, ARGV[3], entries) end
  end
  return found
end

-- number, tenants: the entry of a number, which is of one of the tenants, or nothing.
function calls.get()
  local found = {}
  for place = 4, #ARGV do
    local entries = one(ARGV[place], ARGV[3])
    if #entries > 0 then
      add_found(found, ARGV[place], entries)
      break
    end
  end
  return found
end

-- after, at or '', then a tenant, or nothing for all: whether such entries had to go.
function calls.truncated()
  local after, at, tenant = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
  if tenant then
    local lost = tonumber(redis.call('ZSCORE', key('jl'), tenant) or '0')
    return lost > after and (not at or tonumber(redis.call('HGET', key('ja'), tenant)) >= at) and 1 or 0
  end
  local tenants = redis.call('ZRANGEBYSCORE', key('jl'), '(' .. ARGV[3], '+inf')
  if not at then return #tenants > 0 and 1 or 0 end
  for _, each in ipairs(tenants) do
    if tonumber(redis.call('HGET', key('ja'), each)) >= at then return 1 end
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
  local count, charge, names = 0, 0, {}
  for place, each in ipairs(redis.call('ZMSCORE', key('jc'), unpack(tenants))) do
    local tenant = tenants[place]
    names[2 * place - 1], names[2 * place] = key('je:' .. tenant), key('jo:' .. tenant)
    count = count + redis.call('XLEN', names[2 * place - 1])
    charge = charge + tonumber(each or '0')
  end
  redis.call('UNLINK', unpack(names))
  for _, name in ipairs({'jt', 'jn', 'jc', 'jl'}) do redis.call('ZREM', key(name), unpack(tenants)) end
  redis.call('HDEL', key('ja'), unpack(tenants))
  forget_charge(charge)
  return count
end

-- Forgets entries of a tenant up to a number, at most so many; how many.
local function forget_older(tenant, last, most)
  local stream, count = key('je:' .. tenant), 0
  while count < most do
    local going = redis.call('XRANGE', stream, '-', whole(last), 'COUNT', math.min(STEP, most - count))
    if #going == 0 then break end
    count = count + #going
    forget_charge(journal_take(tenant, going))
  end
  if count < most then
    local first = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
    redis.call('ZADD', key('jt'), first and journal_number(first[1]) or whole(last + 1), tenant)
    if tonumber(redis.call('ZSCORE', key('jl'), tenant) or '0') <= last then
      redis.call('ZREM', key('jl'), tenant)
      redis.call('HDEL', key('ja'), tenant)
    end
  end
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

-- what is told, how many numbers, the numbers, tenants: forgets their entries of these numbers; how many.
function calls.remove()
  local last, count = 4 + tonumber(ARGV[4]), 0
  for place = last + 1, #ARGV do
    local tenant, going = ARGV[place], {}
    for number = 5, last do going[#going + 1] = one(tenant, ARGV[number])[1] end
    if #going > 0 then forget_charge(journal_take(tenant, going)) end
    count = count + #going
  end
  if count > 0 then tell_forgotten(newest(), ARGV[3]) end
  return count
end

-- tenants: how many entries each has.
function calls.sizes()
  local found = {}
  for place = 3, #ARGV do found[place - 2] = redis.call('XLEN', key('je:' .. ARGV[place])) end
  return found
end

return calls[ARGV[2]]()
