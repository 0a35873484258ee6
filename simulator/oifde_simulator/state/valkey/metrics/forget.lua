-- Forgets the counts of a tenant, and has those of its entries up to a number be dropped that come late.
local tenant, last = ARGV[2], ARGV[3]
redis.call('SET', key('m:gone:' .. tenant), last, 'PX', 60000)
redis.call('DEL', key('m:kinds:' .. tenant), key('m:fired:' .. tenant))
redis.call('SREM', key('m:tenants'), tenant)
local forgotten = 0
for _, at in ipairs(redis.call('HKEYS', key('m:seconds'))) do
  forgotten = forgotten + redis.call('HDEL', key('m:second:' .. at), tenant)
end
if forgotten > 0 then redis.call('DECRBY', key('m:pairs'), forgotten) end
return forgotten
