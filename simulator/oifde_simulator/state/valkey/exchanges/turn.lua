-- Whose turn it is. After the time: tenant, version, epoch, whether the version was checked, tenant time, how
-- many times of states and how many candidates follow. Returns nil where the tenant is no longer as it was read,
-- else place, matches, retry time, whether the state changed, then how many of each, and they: leases (place,
-- number), reasons of those before (code and its values), those that went along (place, matches, reason), warnings.
local tenant, epoch, now = ARGV[2], tonumber(ARGV[4]), tonumber(ARGV[6])
if not is_current(tenant, tonumber(ARGV[3]), epoch, ARGV[5] == '1') then return nil end

local counts = counts_make(tenant, epoch)
local all_times, candidates, also = {}, {}, false
local place = 9
for number = 1, tonumber(ARGV[7]) do all_times[number], place = read_times(place) end
for number = 1, tonumber(ARGV[8]) do
  candidates[number], place = read_candidate(place)
  also = also or candidates[number].also
end
warnings = {}

local known = {} -- States by value: a request sees one state, from its first candidate to its last.
local function state(candidate)
  local times = candidate.timed and all_times[candidate.timed]
  if not times and not candidate.state_is and not candidate.becomes then return nil end
  local names = known[times or 0] or {}
  known[times or 0] = names
  names[candidate.value] = names[candidate.value] or state_of(counts, candidate.value, times, now)
  return names[candidate.value]
end

local leases = {}
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

local came = {} -- States in which the request came, of those that go along.
for number, candidate in ipairs(candidates) do
  if candidate.also then came[number] = state(candidate) or {} end
end

local held = {}

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

local taker, turn
for number, candidate in ipairs(candidates) do
  if not candidate.also then
    turn = take_turn(number, candidate, state(candidate))
    if turn then
      taker = candidate
      break
    end
  end
end

local along = {}
for number, candidate in ipairs(also and candidates or {}) do
  if candidate.also then
    along[#along + 1] = number - 1
    local matches = #along + 1
    along[matches] = 0
    if is_elsewhere(candidate, came[number]) then
      add_state(along, came[number])
    elseif candidate.head_only and taker and taker.sends_no_head then
      add_reason(along, NO_HEAD)
    else
      local tally, code, value = counted(number)
      if code then add_reason(along, code, value) else along[matches] = tally.matches end
    end
  end
end

turn = turn or {-1, 0, false, 0}
return {turn[1], turn[2], turn[3], turn[4], leases, held, along, warnings}
