-- Adds the counts of a replica. Rows of six: what, tenant, field, field once there are too many, number, last.
local replica, batch, gauges = ARGV[2], tonumber(ARGV[3]), ARGV[4]
local most_kinds, most_pairs, window = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local now = store_time()
local second = math.floor(now / 1000)
local LIVE, GAUGES, BATCHES = key('m:live'), key('m:gauges'), key('m:batches')
local TENANTS, TOTALS, NAMED = key('m:tenants'), key('m:seconds'), key('m:named')
local FORGOTTEN_FOR = 3600000 -- milliseconds after which a replica that was silent is not known any more
local SWEPT_AFTER = 60 -- seconds more than the window has, after which old ones are looked for

local function field_of(name, field, other)
  if redis.call('HEXISTS', name, field) == 0 and redis.call('HLEN', name) >= most_kinds then return other end
  return field
end

local function is_of_gone(tenant, last)
  local gone = redis.call('GET', key('m:gone:' .. tenant))
  return gone and last <= tonumber(gone)
end

local function add_kind(prefix, tenant, field, other, number)
  local name = key(prefix .. tenant)
  redis.call('HINCRBY', name, field_of(name, field, other), number)
  redis.call('SADD', TENANTS, tenant)
end

local function tally(text)
  local found = {}
  for number in string.gmatch(text or '0 0 0 0', '%-?%d+') do found[#found + 1] = tonumber(number) end
  return found
end

local function add_tally(name, field, changes)
  local before = redis.call('HGET', name, field)
  local sums = tally(before)
  for place, change in ipairs(changes) do sums[place] = whole(sums[place] + change) end
  redis.call('HSET', name, field, table.concat(sums, ' '))
  return not before
end

local function add_second(age, tenant, changes, is_gone)
  if age >= window then return end
  local at = whole(second - age)
  add_tally(TOTALS, at, changes)
  if is_gone then return end
  local name = key('m:second:' .. at)
  if add_tally(name, tenant, changes) then redis.call('INCR', key('m:pairs')) end
  redis.call('EXPIRE', name, window + 2 * SWEPT_AFTER)
end

-- Forgets seconds that are too old, and the tenants of the oldest ones where there are too many pairs.
local function sweep()
  local kept, pairs_kept = {}, 0
  for _, at in ipairs(redis.call('HKEYS', TOTALS)) do
    if tonumber(at) <= second - window then
      redis.call('HDEL', TOTALS, at)
      redis.call('DEL', key('m:second:' .. at))
    else
      local length = redis.call('HLEN', key('m:second:' .. at))
      kept[#kept + 1] = {tonumber(at), length}
      pairs_kept = pairs_kept + length
    end
  end
  table.sort(kept, function(left, right) return left[1] < right[1] end)
  for _, each in ipairs(kept) do
    if pairs_kept <= most_pairs then break end
    if each[2] > 0 then
      redis.call('DEL', key('m:second:' .. whole(each[1])))
      redis.call('SET', key('m:incomplete'), whole(each[1]))
      pairs_kept = pairs_kept - each[2]
    end
  end
  redis.call('SET', key('m:pairs'), pairs_kept)
end

local function forget_replicas()
  for _, each in ipairs(redis.call('ZRANGEBYSCORE', LIVE, '-inf', whole(now - FORGOTTEN_FOR))) do
    redis.call('HDEL', GAUGES, each)
    redis.call('HDEL', BATCHES, each)
    redis.call('ZREM', LIVE, each)
  end
end

forget_replicas()
redis.call('ZADD', LIVE, whole(now), replica)
redis.call('HSET', GAUGES, replica, gauges)
if batch <= tonumber(redis.call('HGET', BATCHES, replica) or 0) then return 0 end
redis.call('HSET', BATCHES, replica, whole(batch))
for row = 8, #ARGV, 6 do
  local what, tenant, field, other, number = ARGV[row], ARGV[row + 1], ARGV[row + 2], ARGV[row + 3], ARGV[row + 4]
  local last = tonumber(ARGV[row + 5])
  if what == 'named' then
    redis.call('HINCRBYFLOAT', NAMED, field, number)
  elseif what == 'second' then
    add_second(tonumber(field), tenant, tally(number), is_of_gone(tenant, last))
  elseif not is_of_gone(tenant, last) then
    add_kind('m:' .. what .. ':', tenant, field, other, number)
  end
end
if redis.call('HLEN', TOTALS) > window + SWEPT_AFTER
  or tonumber(redis.call('GET', key('m:pairs')) or 0) > most_pairs then sweep() end
return 1
