-- Tenants that are not as their files have them. By id: 'checks' (see common.lua), 'facts' "made gone weight
-- generation", 'sources' what each was made of, and 'tenants' the rest, both opaque here; 'order' has the ids as they
-- came, and with their scores 'made' those that were made on demand, 'gone' those of the files that were deleted. The
-- field '' of 'checks' and 'tenants' is of all that nobody touched since all began anew. 'generations' has how many tenants had an id that
-- are gone, 'remembered' the ids of it by age; 'sourced' the ids by the version that gave them another source. 'totals'
-- has how many were made, and the weight of all.
local MOST_ADDRESSED = 500
local calls = {}

local function new_version()
  return redis.call('INCR', key('version'))
end

local function facts_of(text)
  if not text then return 0, 0, 0, 0 end
  local made, gone, weight, generation = string.match(text, '^(%d+) (%d+) (%d+) (%d+)$')
  return tonumber(made), tonumber(gone), tonumber(weight), tonumber(generation)
end

local function remembered(id)
  return tonumber(redis.call('HGET', key('generations'), id) or '0')
end

local function check(version, epoch, expires)
  return whole(version) .. ' ' .. whole(epoch) .. ' ' .. expires
end

local function add_totals(made, weight)
  if made ~= 0 then redis.call('HINCRBY', key('totals'), 'made', whole(made)) end
  if weight ~= 0 then redis.call('HINCRBY', key('totals'), 'weight', whole(weight)) end
end

local function total(name)
  return tonumber(redis.call('HGET', key('totals'), name) or '0')
end

-- Keeps the facts of a tenant, which was touched at the version at the latest.
local function put_facts(id, facts, version)
  local made, gone = facts_of(facts)
  redis.call('HSET', key('facts'), id, facts)
  redis.call('ZADD', key('order'), 'NX', whole(version), id)
  local score = redis.call('ZSCORE', key('order'), id)
  for name, is_one in pairs({made = made, gone = gone}) do
    if is_one == 1 then redis.call('ZADD', key(name), score, id) else redis.call('ZREM', key(name), id) end
  end
end

local function begin_all(rest)
  local version = new_version()
  redis.call('HSET', key('checks'), '', check(version, version, '0'))
  redis.call('HSET', key('tenants'), '', rest)
end

-- rest, and the bounds of the journal (see journal.lua): begins an empty store. The first version is its time, so that
-- none of an earlier store comes again.
function calls.begin()
  redis.call('HSET', key('j'), 'exchanges', ARGV[4], 'tenant_bytes', ARGV[5], 'total_bytes', ARGV[6])
  if redis.call('HEXISTS', key('checks'), '') == 1 then return 0 end
  redis.call('SET', key('version'), whole(store_time()), 'NX')
  begin_all(ARGV[3])
  return 1
end

-- id, version that gave it the source that is known ('' for none): now, touched, version, epoch, expires, remembered,
-- facts, rest, the version that gave it its source ('' for none), and the source where it is another. Nothing where the
-- store is empty.
function calls.get()
  local id = ARGV[3]
  local version, epoch, expires, is_own = standing(id)
  if not version then return false end
  local facts = id ~= '' and redis.call('HGET', key('facts'), id)
  local found = {whole(store_time()), facts and 1 or 0, version, epoch, expires, remembered(id), facts or '0 0 0 0'}
  found[8] = redis.call('HGET', key('tenants'), is_own and id or '')
  found[9] = facts and redis.call('ZSCORE', key('sourced'), id) or ''
  if found[9] ~= ARGV[4] then found[10] = redis.call('HGET', key('sources'), id) or '' end
  return found
end

-- id, version and remembered as read, most that may be made ('' where none is made by this), most bytes, anew,
-- expires, facts, 'keep' or 'set', source, rest, names of rules that are asked no more: version and epoch; or
-- 'lost', 'made' or 'weight'.
function calls.put()
  local id, most_made, most_bytes, anew, facts = ARGV[3], tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8], ARGV[10]
  local version, epoch = standing(id)
  if version ~= tonumber(ARGV[4]) or remembered(id) ~= tonumber(ARGV[5]) then return 'lost' end
  if most_made and total('made') >= most_made then return 'made' end
  local made_before, _, weight_before = facts_of(redis.call('HGET', key('facts'), id))
  local made, _, weight = facts_of(facts)
  if weight > weight_before and total('weight') - weight_before + weight > most_bytes then return 'weight' end
  add_totals(made - made_before, weight - weight_before)
  version = new_version()
  if anew == '1' then
    epoch = version
    counts_forget(id)
  end
  redis.call('HSET', key('checks'), id, check(version, epoch, ARGV[9]))
  redis.call('HSET', key('tenants'), id, ARGV[13])
  if ARGV[11] == 'set' then
    redis.call('ZADD', key('sourced'), whole(version), id)
    if ARGV[12] == '' then redis.call('HDEL', key('sources'), id)
    else redis.call('HSET', key('sources'), id, ARGV[12]) end
  end
  put_facts(id, facts, version)
  if #ARGV > 13 then
    local names = {}
    for place = 14, #ARGV do names[#names + 1] = ARGV[place] end
    counts_forget_rules(id, names)
  end
  return {version, epoch}
end

-- id, version and remembered as read, generation, facts and rest of what is left of it (facts are empty where the
-- files do not have it), most that are remembered: 'lost' or 'done'.
function calls.drop()
  local id, generation, facts = ARGV[3], ARGV[6], ARGV[7]
  if standing(id) ~= tonumber(ARGV[4]) or remembered(id) ~= tonumber(ARGV[5]) then return 'lost' end
  local made, _, weight = facts_of(redis.call('HGET', key('facts'), id))
  add_totals(-made, -weight)
  for _, name in ipairs({'checks', 'facts', 'tenants', 'sources'}) do redis.call('HDEL', key(name), id) end
  for _, name in ipairs({'order', 'made', 'gone', 'sourced'}) do redis.call('ZREM', key(name), id) end
  counts_forget(id)
  if made == 1 then redis.call('HDEL', key('tokens'), id) end
  local version = new_version()
  redis.call('HSET', key('generations'), id, generation)
  redis.call('ZADD', key('remembered'), whole(version), id)
  if redis.call('ZCARD', key('remembered')) > tonumber(ARGV[9]) then
    redis.call('HDEL', key('generations'), redis.call('ZPOPMIN', key('remembered'))[1])
  end
  if facts ~= '' then
    redis.call('HSET', key('checks'), id, check(version, version, '0'))
    redis.call('HSET', key('tenants'), id, ARGV[8])
    put_facts(id, facts, version)
  end
  return 'done'
end

-- rest of each tenant, which begins anew (see `standing`). Those that were deleted stay so.
function calls.reset_all()
  new_version() -- of those that were touched before
  begin_all(ARGV[3])
  return 'done'
end

-- rest of each tenant: serves what the files have and nothing else; the ids of made tenants that are gone.
function calls.restore()
  local made = redis.call('ZRANGE', key('made'), 0, -1)
  local counted = redis.call('EXISTS', key('tokens')) == 1 and #made or 0
  for first = 1, counted, MOST_ADDRESSED do
    redis.call('HDEL', key('tokens'), unpack(made, first, math.min(first + MOST_ADDRESSED - 1, #made)))
  end
  counts_forget_all()
  for _, name in ipairs({'checks', 'facts', 'tenants', 'sources', 'sourced', 'order', 'made', 'gone', 'generations',
    'remembered', 'totals'}) do
    redis.call('UNLINK', key(name))
  end
  begin_all(ARGV[3])
  return made
end

return calls[ARGV[2]]()
