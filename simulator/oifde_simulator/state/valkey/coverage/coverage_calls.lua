-- What the control plane and the first request of a tenant ask of coverage.
local calls = {}

local function total(name)
  return tonumber(redis.call('HGET', key('coverage:totals'), name) or '0')
end

-- scenario: its record, and how many scenarios and rules there are, and whether there are more.
function calls.read()
  local record = redis.call('HGET', key('coverage'), ARGV[3]) or ''
  return {record, redis.call('HLEN', key('coverage')), total('rules'), total('truncated')}
end

-- scenario, record and number of rules as read, record, number of rules, truncated, then rules as they were written,
-- each with its outcomes and label: whether it was as read.
function calls.write()
  if (redis.call('HGET', key('coverage'), ARGV[3]) or '') ~= ARGV[4] or total('rules') ~= tonumber(ARGV[5]) then
    return 0
  end
  if ARGV[6] ~= '' then redis.call('HSET', key('coverage'), ARGV[3], ARGV[6]) end
  redis.call('HSET', key('coverage:totals'), 'rules', ARGV[7], 'truncated', ARGV[8])
  for place = 9, #ARGV, 2 do redis.call('HSET', key('coverage:labels'), ARGV[place], ARGV[place + 1]) end
  return 1
end

-- All records, counts, and whether there are more rules.
function calls.all()
  return {
    redis.call('HGETALL', key('coverage')), redis.call('HGETALL', key('coverage:fired')), total('truncated')
  }
end

return calls[ARGV[2]]()
