-- What was counted for one tenant since its epoch began; needs common and tables.
-- 'counts' (hash) has "<epoch> <number>" by tenant. By that number:
--   c:7        hash: latest (number of a token), wrong (secrets), lease and tables (last numbers), name:<table>
--   c:7:rules  hash, rule -> number of its table; the tables s (states), u and e (tokens used and ended)
--   c:7:fired  hash, rule -> times

-- The number of a tenant's counts; nil where nothing was counted in this epoch.
local function counts_find(tenant, epoch)
  local found = redis.call('HGET', key('counts'), tenant)
  if not found then return nil end
  local of, number = string.match(found, '^(%d+) (%d+)$')
  return tonumber(of) == epoch and number or nil
end

-- Forget what was counted for a tenant.
local function counts_forget(tenant)
  local found = redis.call('HGET', key('counts'), tenant)
  if not found then return end
  redis.call('HDEL', key('counts'), tenant)
  redis.call('RPUSH', key('c:trash'), string.match(found, ' (%d+)$'))
  sweep(50)
end

-- Forget what was counted for all tenants.
local function counts_forget_all()
  if redis.call('EXISTS', key('counts')) == 0 then return end
  local name = 'all' .. whole(redis.call('INCR', key('c:number')))
  redis.call('RENAME', key('counts'), key('c:' .. name))
  redis.call('RPUSH', key('c:trash'), name)
  sweep(2)
end

-- The number of a tenant's counts; those of another epoch are forgotten.
local function counts_make(tenant, epoch)
  local number = counts_find(tenant, epoch)
  if number then return number end
  counts_forget(tenant)
  number = whole(redis.call('INCR', key('c:number')))
  redis.call('HSET', key('counts'), tenant, whole(epoch) .. ' ' .. number)
  redis.call('HSET', key('c:' .. number), 'tables', 0)
  return number
end

-- The name of a rule's table.
local function rule_table(counts, rule)
  local of, rules = key('c:' .. counts), key('c:' .. counts .. ':rules')
  local number = redis.call('HGET', rules, rule)
  if not number then
    number = whole(redis.call('HINCRBY', of, 'tables', 1))
    redis.call('HSET', rules, rule, number)
    redis.call('HSET', of, 'name:' .. number, 'r' .. rule)
  end
  return counts .. ':' .. number
end

-- Forget the counts of rules that are asked no more; states stay, since they belong to all rules.
local function counts_forget_rules(tenant, names)
  local found = redis.call('HGET', key('counts'), tenant)
  local counts = found and string.match(found, ' (%d+)$')
  for _, rule in ipairs(counts and names or {}) do
    local number = redis.call('HGET', key('c:' .. counts .. ':rules'), rule)
    if number then
      redis.call('HDEL', key('c:' .. counts .. ':rules'), rule)
      redis.call('HDEL', key('c:' .. counts), 'name:' .. number, 'warned:' .. number)
      redis.call('RPUSH', key('c:trash'), counts .. ':' .. number)
    end
    redis.call('HDEL', key('c:' .. counts .. ':fired'), rule)
  end
  sweep(50)
end

-- How often rules have fired, as HGETALL gives it: rule and times by turns.
local function counts_fired(tenant, epoch)
  local counts = counts_find(tenant, epoch)
  return counts and redis.call('HGETALL', key('c:' .. counts .. ':fired')) or {}
end

-- The state that a value entered last, and when; nil for one that has never left the first.
local function counts_state(counts, value)
  local item = redis.call('HGET', key('c:' .. counts .. ':s'), value)
  if not item then return nil end
  local blank = string.find(item, ' ', 1, true)
  return string.sub(item, blank + 1), tonumber(string.sub(item, 1, blank - 1))
end

-- Set the state of a value; its time begins then (tenant time).
local function counts_enter(counts, value, state, at)
  put(counts .. ':s', value, whole(at) .. ' ' .. state, MOST_VALUES)
end

-- The values that have left the first state, the oldest first.
local function counts_states(tenant, epoch)
  local counts = counts_find(tenant, epoch)
  return counts and redis.call('LRANGE', key('c:' .. counts .. ':s:order'), 0, -1) or {}
end
