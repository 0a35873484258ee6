-- What was counted of the rules of a tenant: the call, tenant, epoch, and what the call takes.
local calls = {}
local tenant, epoch = ARGV[3], tonumber(ARGV[4])

-- Rule and times by turns.
function calls.fired()
  return counts_fired(tenant, epoch)
end

-- value: its state and when it was entered; nothing for one that never left the first.
function calls.entered()
  local counts = counts_find(tenant, epoch)
  local name, at
  if counts then name, at = counts_state(counts, ARGV[5]) end
  return name and {name, whole(at)} or {}
end

function calls.states()
  return counts_states(tenant, epoch)
end

-- value, state, at: 1, or 0 where another epoch has begun.
function calls.enter()
  if not is_current(tenant, 0, epoch, true) then return 0 end
  counts_enter(counts_make(tenant, epoch), ARGV[5], ARGV[6], tonumber(ARGV[7]))
  return 1
end

return calls[ARGV[2]]()
