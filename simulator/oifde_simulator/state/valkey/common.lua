-- What all scripts share. Arguments begin with the store's time in milliseconds, or '' for the server's own.
local P = KEYS[1]

local function key(name)
  return P .. name
end

local function store_time()
  if ARGV[1] ~= '' then return tonumber(ARGV[1]) end
  local now = redis.call('TIME')
  return tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
end

-- Versions, epochs and times are whole numbers that doubles hold; tostring would write large ones as 1e+15.
local function whole(number)
  return string.format('%.0f', number)
end

-- How a tenant is: version, epoch, and when its first added rule expires (store's time; 0 for never).
-- 'checks' has "version epoch expires" by tenant; the field '' is of tenants that nobody touched since all began
-- anew, which is when its epoch began. Those that were touched before have the version before it, so that a request
-- that was planned with one finds out when it is deleted. Returns also whether the tenant was touched since.
local function standing(tenant)
  local checks = redis.call('HMGET', key('checks'), tenant, '')
  if not checks[2] then return nil end
  local version, epoch, expires = string.match(checks[1] or checks[2], '^(%d+) (%d+) (%d+)$')
  version, epoch, expires = tonumber(version), tonumber(epoch), tonumber(expires)
  if checks[1] then
    local before = tonumber(string.match(checks[2], '^%d+ (%d+)')) - 1
    if epoch < before then return before, before, 0, false end
  end
  return version, epoch, expires, checks[1] ~= false
end

-- Whether a request may go on that was planned with a version and an epoch; begun: the version was checked.
local function is_current(tenant, version, epoch, begun)
  local now_version, now_epoch, expires = standing(tenant)
  if not now_version or now_epoch ~= epoch then return false end
  if begun then return true end
  return now_version == version and (expires == 0 or store_time() < expires)
end
