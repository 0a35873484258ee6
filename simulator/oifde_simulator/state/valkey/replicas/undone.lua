-- Live replicas that have not acted on a topic up to a number, and what went wrong at those that have.
-- ARGV: 2 topic, 3 number, 4 milliseconds after which a silent replica counts no more
local since = store_time() - tonumber(ARGV[4])
local undone, wrong = {}, {}
for _, replica in ipairs(redis.call('ZRANGEBYSCORE', key('replicas'), '(' .. whole(since), '+inf')) do
  local found = redis.call('HGET', key('done:' .. ARGV[2]), replica) or '0 '
  local number, message = string.match(found, '^(%d+) (.*)$')
  if tonumber(number) < tonumber(ARGV[3]) then
    undone[#undone + 1] = replica
  elseif message ~= '' then
    wrong[#wrong + 1] = replica .. ' ' .. message
  end
end
return {undone, wrong}
