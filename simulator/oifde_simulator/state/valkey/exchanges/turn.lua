-- Whose turn it is, for several requests. After the time, for each: how many arguments follow, and they: tenant,
-- version, epoch, whether the version was checked, tenant time, how many times of states and how many candidates, and
-- they. Returns for each nil where the tenant is no longer as it was read, else place, matches, retry time, whether the
-- state changed, then how many of each, and they: leases (place, number), reasons of those before (code and its values),
-- those that went along (place, matches, reason), warnings.
local now, counts, all_times, candidates -- Of the request that is asked about, as are those below.
local known -- States by value: a request sees one state, from its first candidate to its last.
local leases, held

local function state(candidate)
  local times = candidate.timed and all_times[candidate.timed]
  if not times and not candidate.state_is and not candidate.becomes then return nil end
  local names = known[times or 0] or {}
  known[times or 0] = names
  names[candidate.value] = names[candidate.value] or state_of(counts, candidate.value, times, now)
  return names[candidate.value]
end

local function lease(name, number)
  local taken, in_flight = take_lease(counts, name, candidates[number].value)
  leases[#leases + 1] = number - 1
  leases[#leases + 1] = taken
  return in_flight
end

-- Count a match; the counts, and the reason why it is not the rule's turn.
local function counted(number)
  local candidate = candidates[number]
  local name = rule_table(counts, candidate.rule)
  local item = redis.call('HGET', key('c:' .. name), candidate.value)
  local in_flight = candidate.in_flight and lease(name, number) or 0
  local tally = unpack_tally(item)
  local extra = tally.extra
  local code, value = judge(name, candidate, tally, now, in_flight)
  if item then
    redis.call('HSET', key('c:' .. name), candidate.value, pack_tally(tally))
  else
    add(name, candidate.value, pack_tally(tally), MOST_VALUES)
  end
  if tally.extra ~= extra then
    if extra == 0 then redis.call('SADD', key('c:extras'), name) end
    take(name, tally.extra - extra)
  end
  return tally, code, value
end

local function is_elsewhere(candidate, found)
  return candidate.state_is and found.name ~= candidate.state_is
end

local function add_state(reasons, found)
  local size = #reasons
  reasons[size + 1], reasons[size + 2] = OTHER_STATE, found.name
  reasons[size + 3], reasons[size + 4] = found.at or 0, found.ended or false
end

local function add_reason(reasons, code, value)
  reasons[#reasons + 1] = code
  reasons[#reasons + 1] = value or 0
end

-- Take the turn of a candidate where it has one: place, matches, retry time, and whether the state changed.
local function take_turn(number, candidate, found)
  if is_elsewhere(candidate, found) then return add_state(held, found) end
  if candidate.moves_only and candidate.becomes and candidate.becomes == found.name then
    return add_reason(held, MOVED)
  end
  local tally, code, value = counted(number)
  if code then return add_reason(held, code, value) end
  local changed = candidate.becomes and candidate.becomes ~= found.name
  if changed then counts_enter(counts, candidate.value, candidate.becomes, now) end
  return {number - 1, tally.matches, candidate.rate and tally.refused or false, changed and 1 or 0}
end

-- The candidate that takes the request, and its turn.
local function find_taker()
  for number, candidate in ipairs(candidates) do
    local turn = not candidate.also and take_turn(number, candidate, state(candidate))
    if turn then return candidate, turn end
  end
  return nil, {-1, 0, false, 0}
end

-- What becomes of a candidate that goes along, in the state in which the request came.
local function go_along(along, number, candidate, found, taker)
  along[#along + 1] = number - 1
  local matches = #along + 1
  along[matches] = 0
  if is_elsewhere(candidate, found) then return add_state(along, found) end
  if candidate.head_only and taker and taker.sends_no_head then return add_reason(along, NO_HEAD) end
  local tally, code, value = counted(number)
  if code then add_reason(along, code, value) else along[matches] = tally.matches end
end

-- Read the candidates of a request from a place on; whether any goes along.
local function read_request(place)
  local also, next_place = false, place + 2
  all_times, candidates = {}, {}
  for number = 1, tonumber(ARGV[place]) do all_times[number], next_place = read_times(next_place) end
  for number = 1, tonumber(ARGV[place + 1]) do
    candidates[number], next_place = read_candidate(next_place)
    also = also or candidates[number].also
  end
  return also
end

local function ask(place)
  local tenant, epoch = ARGV[place], tonumber(ARGV[place + 2])
  if not is_current(tenant, tonumber(ARGV[place + 1]), epoch, ARGV[place + 3] == '1') then return false end
  now, counts = tonumber(ARGV[place + 4]), counts_make(tenant, epoch)
  warnings, known, leases, held = {}, {}, {}, {}
  local also, came, along = read_request(place + 5), {}, {}
  for number, candidate in ipairs(also and candidates or {}) do
    if candidate.also then came[number] = state(candidate) or {} end
  end
  local taker, turn = find_taker()
  for number, candidate in ipairs(also and candidates or {}) do
    if candidate.also then go_along(along, number, candidate, came[number], taker) end
  end
  return {turn[1], turn[2], turn[3], turn[4], leases, held, along, warnings}
end

local turns, place = {}, 2
while place <= #ARGV do
  turns[#turns + 1] = ask(place + 1)
  place = place + 1 + tonumber(ARGV[place])
end
return turns
