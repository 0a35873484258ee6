-- Stand-in: counts of tenants, of which each epoch has its own. 'counts' has the epoch by tenant.
local function counts_forget(tenant)
  redis.call('HDEL', key('counts'), tenant)
  for _, kind in ipairs({'f', 's', 'o'}) do redis.call('UNLINK', key('c:' .. tenant .. ':' .. kind)) end
end

local function counts_forget_rules(tenant, names)
  redis.call('HDEL', key('c:' .. tenant .. ':f'), unpack(names))
end

local function counts_of(tenant, epoch)
  if redis.call('HGET', key('counts'), tenant) == epoch then return end
  counts_forget(tenant)
  redis.call('HSET', key('counts'), tenant, epoch)
end

local function counts_fire(tenant, epoch, rule)
  counts_of(tenant, epoch)
  redis.call('HINCRBY', key('c:' .. tenant .. ':f'), rule, 1)
end
