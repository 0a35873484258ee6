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
    count = count + redis.call('XLEN', key('je:' .. tenant))
    charge = charge + tonumber(redis.call('ZSCORE', key('jc'), tenant) or '0')
    redis.call('UNLINK', key('je:' .. tenant), key('jo:' .. tenant))
    if ARGV[4] then
      for _, name in ipairs({'jt', 'jn', 'jc', 'jl'}) do redis.call('ZREM', key(name), tenant) end
      redis.call('HDEL', key('ja'), tenant)
    end
  end
  if not ARGV[4] then redis.call('UNLINK', key('jt'), key('jn'), key('jc'), key('jl'), key('ja')) end
  forget_charge(charge)
  tell_forgotten(ARGV[3])
  return count
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
  if count > 0 then tell_forgotten(ARGV[3]) end
  return count
end

-- Tenants, each with how many entries it has.
function calls.sizes()
  local found = {}
  for _, tenant in ipairs(redis.call('ZRANGE', key('jt'), 0, -1)) do
    found[#found + 1] = tenant
    found[#found + 1] = redis.call('XLEN', key('je:' .. tenant))
  end
  return found
end

return calls[ARGV[2]]()
