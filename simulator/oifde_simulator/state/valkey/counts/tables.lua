-- What is counted for values that clients send, in tables that share a bound in bytes; needs common. The oldest
-- value of a table goes first; where all tables are too large together, that of the largest.
-- A table is named by its counts and its number, as in "7:3". Its keys:
--   c:7:3               hash, value -> item
--   c:7:3:order         list of the values, the oldest first
--   c:7:3:log:<value>   list of instants, of a sliding window
--   c:7:3:seen:<value>  set of distinct values
-- c:weights (sorted set) has the bytes of each table, c:bytes those of all, c:extras the tables with logs or sets.
local MOST_VALUES, MOST_TOKENS, MOST_BYTES = 100000, 100000, 134217728 -- As the memory form has them.
local VALUE = 160 -- Bytes that a value takes beside its text, which is kept twice.
local SMALL = 1024 -- Bytes up to which a table keeps its only value.
local MOST_DROPS = 100 -- Values that one call forgets at most for the bound of all.
local SWEPT = 50 -- Values of a passed table that are deleted in one step.
local PLAIN, RATED, WHOLE = 16, 40, 72 -- Bytes of an item that has counts; a rate too; a log or a set too.

local warnings -- Tables that forgot their first value, for the callers that tell: how many it had, and its name.

local function charge(name, size)
  redis.call('ZINCRBY', key('c:weights'), size, name)
  return redis.call('INCRBY', key('c:bytes'), size)
end

local function size_of(value)
  return VALUE + 2 * #value
end

-- Bytes that were charged for an item beside those of its value. States and tokens have none.
local function extra_of(name, item)
  if #item ~= WHOLE or not string.find(name, ':%d+$') then return 0 end
  return struct.unpack('<d', item, 65)
end

local function warn(name, kept)
  local counts, number = string.match(name, '^(%d+):(.+)$')
  local of = key('c:' .. counts)
  local whose = number == 's' and 's' or redis.call('HGET', of, 'name:' .. number)
  if whose and redis.call('EXISTS', of) == 1 and redis.call('HSETNX', of, 'warned:' .. number, 1) == 1 then
    warnings[#warnings + 1] = kept
    warnings[#warnings + 1] = whose
  end
end

-- Forget the oldest value of a table; the bytes that this gives back.
local function drop_oldest(name)
  local at = key('c:' .. name)
  local kept = redis.call('LLEN', at .. ':order')
  local value = redis.call('LPOP', at .. ':order')
  local item = redis.call('HGET', at, value) or ''
  local size = size_of(value) + extra_of(name, item)
  redis.call('HDEL', at, value)
  if #item == WHOLE then redis.call('UNLINK', at .. ':log:' .. value, at .. ':seen:' .. value) end
  charge(name, -size)
  if warnings then warn(name, kept) end
  return size
end

-- The largest table that may lose a value. Small ones keep their only value, and so does the one that takes.
local function largest(taker)
  local found = redis.call('ZREVRANGE', key('c:weights'), 0, 2, 'WITHSCORES')
  for place = 1, #found, 2 do
    local name = found[place]
    local least = (name == taker or tonumber(found[place + 1]) <= SMALL) and 1 or 0
    if redis.call('LLEN', key('c:' .. name .. ':order')) > least then return name end
  end
end

-- Charge a table, fewer than 0 bytes where it shrank; where all are too large, the largest forget.
local function take(name, size)
  local used = charge(name, size)
  for _ = 1, MOST_DROPS do
    local loser = used > MOST_BYTES and largest(name)
    if not loser then return end
    used = used - drop_oldest(loser)
  end
end

-- Delete a table that has passed; false where some of it is left for the next step.
local function clear_table(name)
  local at = key('c:' .. name)
  if redis.call('SISMEMBER', key('c:extras'), name) == 1 then
    local gone = {}
    for place, value in ipairs(redis.call('LPOP', at .. ':order', SWEPT) or {}) do
      gone[2 * place - 1], gone[2 * place] = at .. ':log:' .. value, at .. ':seen:' .. value
    end
    if #gone > 0 then redis.call('UNLINK', unpack(gone)) end
    if redis.call('EXISTS', at .. ':order') == 1 then return false end
    redis.call('SREM', key('c:extras'), name)
  end
  redis.call('UNLINK', at, at .. ':order')
  local weight = redis.call('ZSCORE', key('c:weights'), name)
  if weight then charge(name, -tonumber(weight)) end
  redis.call('ZREM', key('c:weights'), name)
  return true
end

-- Leave the tables of counts that have passed for the next steps.
local function clear_counts(number)
  local at = key('c:' .. number)
  local trash = key('c:trash')
  redis.call('RPUSH', trash, number .. ':s', number .. ':u', number .. ':e')
  for _, found in ipairs(redis.call('HVALS', at .. ':rules')) do redis.call('RPUSH', trash, number .. ':' .. found) end
  redis.call('UNLINK', at, at .. ':rules', at .. ':fired')
  return true
end

-- Leave the counts of all tenants, which have passed, for the next steps, a few in each.
local function clear_all(name)
  local at = key('c:' .. name)
  local found = redis.call('HRANDFIELD', at, SWEPT, 'WITHVALUES')
  for place = 1, #found, 2 do
    redis.call('RPUSH', key('c:trash'), string.match(found[place + 1], ' (%d+)$'))
    redis.call('HDEL', at, found[place])
  end
  return redis.call('EXISTS', at) == 0
end

-- Delete counts and tables that have passed, a few in each call: c:trash lists their names.
local function sweep(steps)
  local trash = key('c:trash')
  for _ = 1, steps do
    local name = redis.call('LINDEX', trash, 0)
    if not name then return end
    local clear = string.find(name, ':', 1, true) and clear_table or clear_counts
    if string.find(name, '^all') then clear = clear_all end
    if clear(name) then redis.call('LPOP', trash) end
  end
end

-- Keep the item of a value that the table does not have; an older value may have to go.
local function add(name, value, item, most)
  local at = key('c:' .. name)
  if redis.call('LLEN', at .. ':order') >= most then drop_oldest(name) end
  redis.call('HSET', at, value, item)
  redis.call('RPUSH', at .. ':order', value)
  sweep(1)
  take(name, size_of(value))
end

-- Keep the item of a value, whether the table has it or not.
local function put(name, value, item, most)
  if redis.call('HEXISTS', key('c:' .. name), value) == 1 then
    redis.call('HSET', key('c:' .. name), value, item)
  else
    add(name, value, item, most)
  end
end
