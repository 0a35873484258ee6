-- Replace the value of a topic and tell every replica.
-- ARGV: 2 topic, 3 value as JSON. Returns the number of the announcement.
-- Numbers begin at the time, so that none comes again where the store has forgotten all.
redis.call('SETNX', key('announced'), whole(store_time()))
local number = redis.call('INCR', key('announced'))
local message = whole(number) .. ' ' .. whole(store_time()) .. ' ' .. ARGV[2] .. ' ' .. ARGV[3]
redis.call('HSET', key('announcements'), ARGV[2], message)
redis.call('PUBLISH', key('announcements'), message)
return number
