-- How exchanges ended. After the time, for each: tenant, number, outcome; ignored where the entry is gone.
for place = 2, #ARGV, 3 do
  local tenant, number = ARGV[place], ARGV[place + 1]
  if redis.call('HEXISTS', key('je:' .. tenant), number) == 1 then
    redis.call('HSET', key('je:' .. tenant), 'o' .. number, ARGV[place + 2])
  end
end
