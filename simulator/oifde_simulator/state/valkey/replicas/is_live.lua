-- Milliseconds since the newest heartbeat of any replica; -1 where none lives.
-- ARGV: 2 milliseconds after which a silent replica counts no more
local newest = redis.call('ZREVRANGE', key('replicas'), 0, 0, 'WITHSCORES')
if #newest == 0 then return -1 end
local silent = store_time() - tonumber(newest[2])
if silent >= tonumber(ARGV[2]) then return -1 end
return math.max(0, silent)
