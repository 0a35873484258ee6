-- States of values that may last for a while; needs common, tables and counts. As lapses.py has it.

-- Read how long the states of a tenant last: since when it is served, how many have a time, and for each its
-- name, milliseconds, and the state that follows. Returns them, and the place of the next argument.
local function read_times(place)
  local times = {since = tonumber(ARGV[place]), lasting = {}}
  local last = place + 1 + 3 * tonumber(ARGV[place + 1])
  for at = place + 2, last, 3 do
    times.lasting[ARGV[at]] = {milliseconds = tonumber(ARGV[at + 1]), next = ARGV[at + 2]}
  end
  return times, last + 1
end

-- Follow the states that have ended: name, when it was entered, and the one that has ended ('' for none).
local function present(name, at, lasting, now)
  local ended, passed = '', {}
  while lasting[name] and now - at >= lasting[name].milliseconds do
    if passed[name] then -- a circle: whole rounds lead back to the same state
      local length = at - passed[name]
      at = now - math.fmod(now - at, length)
      passed = {}
    else
      passed[name] = at
      at = at + lasting[name].milliseconds
      ended, name = name, lasting[name].next
    end
  end
  return name, at, ended
end

-- The state of a value: name, and where states have times, when it was entered and the one that has ended.
-- One that was entered at a time that is still to come begins now: only a clock moved back leads there.
local function state_of(counts, value, times, now)
  local name, at = counts_state(counts, value)
  if not times then return {name = name or 'start'} end
  name, at = name or 'start', at or times.since
  if now < at and times.lasting[name] then
    counts_enter(counts, value, name, now)
    at = now
  end
  local state = {}
  state.name, state.at, state.ended = present(name, at, times.lasting, now)
  return state
end
