-- A replica has acted on a topic up to a number.
-- ARGV: 2 replica, 3 topic, 4 number, 5 what went wrong ('' for nothing)
redis.call('HSET', key('done:' .. ARGV[3]), ARGV[2], ARGV[4] .. ' ' .. ARGV[5])
redis.call('PUBLISH', key('done'), ARGV[3])
