-- Rules that count. 'coverage' has the record of each scenario, opaque here; 'coverage:labels' by rule as it was written
-- how many outcomes it has, and under which label it is counted; 'coverage:fired' how often, by outcome and label, and
-- by fault; 'coverage:totals' the number of rules, and whether there are more.

-- Counts that a rule has fired, with the faults that spoiled something.
local function coverage_fire(rule, outcome, faults)
  local found = redis.call('HGET', key('coverage:labels'), rule)
  if not found then return end
  local branches, label = string.match(found, '^(%d+) (.*)$')
  local field = whole(outcome % tonumber(branches)) .. ' ' .. label
  redis.call('HINCRBY', key('coverage:fired'), field, 1)
  for _, fault in ipairs(faults) do
    redis.call('HINCRBY', key('coverage:fired'), field .. ' ' .. fault, 1)
  end
end
