-- A replica ends in order. ARGV: 2 replica
redis.call('ZREM', key('replicas'), ARGV[2])
redis.call('HDEL', key('digests'), ARGV[2])
redis.call('SREM', key('members'), ARGV[2])
for _, topic in ipairs(redis.call('HKEYS', key('announcements'))) do
  redis.call('HDEL', key('done:' .. topic), ARGV[2])
end
redis.call('PUBLISH', key('done'), '')
