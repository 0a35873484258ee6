-- The judgement of a rule's limits on what was counted; needs common and tables. As limits.py, rates.py and
-- distinct.py have it. Returns the code of a reason and its number; nil where it is the rule's turn.
local OTHER_STATE, MOVED, WINDOW, SLIDING, IN_FLIGHT, DISTINCT, AFTER, EVERY, DRAWN, TIMES, NO_HEAD =
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local LOG, BLOCK, INSTANT = 120, 16, 11 -- Bytes of a log; instants that are charged together; bytes of each.
local COUNT, SEEN = 200, 90 -- Bytes of a set, and of each value in it beside its text.

-- Counts of a rule for one value; without an item, none.
local function unpack_tally(item)
  local tally = {matches = 0, turns = 0, ends = 0, inside = 0, refused = 0, skipped = 0, enough = 0, blocks = 0, extra = 0}
  if not item then return tally end
  tally.matches, tally.turns = struct.unpack('<dd', item)
  if #item >= RATED then tally.ends, tally.inside, tally.refused = struct.unpack('<ddd', item, 17) end
  if #item >= WHOLE then
    tally.skipped, tally.enough, tally.blocks, tally.extra = struct.unpack('<dddd', item, 41)
  end
  return tally
end

local function pack_tally(tally)
  local item = struct.pack('<dd', tally.matches, tally.turns)
  local whole_item = tally.extra > 0 or tally.enough > 0
  if tally.refused == 0 and tally.ends == 0 and not whole_item then return item end
  item = item .. struct.pack('<ddd', tally.ends, tally.inside, tally.refused)
  if not whole_item then return item end
  return item .. struct.pack('<dddd', tally.skipped, tally.enough, tally.blocks, tally.extra)
end

-- How many instants of a list, which ascend, are not later than one.
local function bisect(log, length, instant)
  local low, high = 0, length
  while low < high do
    local middle = math.floor((low + high) / 2)
    if tonumber(redis.call('LINDEX', log, middle)) > instant then high = middle else low = middle + 1 end
  end
  return low
end

-- Count a match in a window that began with a match, or ends at a known instant.
local function fixed(rate, tally, now)
  local known = rate.ends and rate.ends ~= tally.ends
  if known or now < tally.ends - rate.window or now >= tally.ends then
    tally.ends, tally.inside = rate.ends or now + rate.window, 0
  end
  tally.inside = tally.inside + 1
  return tally.inside, tally.ends
end

-- The number of a match among those of the last window, and when the oldest of them leaves it.
local function sliding(rate, log, now)
  local length = redis.call('LLEN', log)
  if length > 0 and tonumber(redis.call('LINDEX', log, -1)) > now then
    local kept = bisect(log, length, now)
    if kept == 0 then redis.call('DEL', log) else redis.call('LTRIM', log, 0, kept - 1) end
    length = kept
  end
  if length > 0 and tonumber(redis.call('LINDEX', log, 0)) <= now - rate.window then
    local gone = bisect(log, length, now - rate.window)
    redis.call('LTRIM', log, gone, -1)
    length = length - gone
  end
  local oldest = length > 0 and tonumber(redis.call('LINDEX', log, 0)) or now
  return length + 1, oldest + rate.window
end

-- Charge a log by blocks of instants.
local function charge_log(tally, length)
  local blocks = math.ceil(length / BLOCK)
  local before = tally.blocks > 0 and LOG + tally.blocks * BLOCK * INSTANT or 0
  tally.extra = tally.extra - before + (blocks > 0 and LOG + blocks * BLOCK * INSTANT or 0)
  tally.blocks = blocks
end

-- Count a match of a rate: a reason where it is within, nil where it is beyond.
local function within(name, candidate, tally, now)
  local rate = candidate.rate
  if tally.refused > now + rate.window then tally.refused = 0 end -- only a clock moved back leads here
  local early = rate.enforce and now < tally.refused
  local log = rate.slide and key('c:' .. name .. ':log:' .. candidate.value)
  local number, renewed
  if log then number, renewed = sliding(rate, log, now) else number, renewed = fixed(rate, tally, now) end
  local passes = number <= rate.limit and not early
  if log then
    if passes then redis.call('RPUSH', log, whole(now)) end
    charge_log(tally, passes and number or number - 1)
  end
  if passes then return log and SLIDING or WINDOW, number end
  tally.refused = early and now + rate.window or renewed
end

-- See a value: how many were seen where there were not enough, else nil.
local function see(name, candidate, tally)
  if tally.enough == 1 then return nil end
  local seen, value = key('c:' .. name .. ':seen:' .. candidate.value), candidate.seen
  local count = redis.call('SCARD', seen)
  if redis.call('SISMEMBER', seen, value) == 1 then return count end
  if count >= candidate.distinct then
    redis.call('UNLINK', seen)
    charge_log(tally, 0)
    tally.enough, tally.skipped, tally.extra = 1, tally.matches - 1, 0
    return nil
  end
  redis.call('SADD', seen, value)
  tally.extra = tally.extra + SEEN + #value + (count == 0 and COUNT or 0)
  return count + 1
end

-- Draw a number of 52 bits, as `chance` in limits.py does.
local function chance(draw_key, matches)
  local digest = redis.sha1hex(draw_key .. whole(matches))
  return tonumber(string.sub(digest, 1, 6), 16) * 268435456 + tonumber(string.sub(digest, 7, 13), 16)
end

local function judge(name, candidate, tally, now, in_flight)
  tally.matches = tally.matches + 1
  local first, skipped = nil, candidate.after
  if candidate.distinct then
    first = see(name, candidate, tally)
    skipped = tally.skipped
  end
  if candidate.rate then
    local code, number = within(name, candidate, tally, now)
    if code then return code, number end
  end
  if candidate.in_flight and in_flight <= candidate.in_flight then return IN_FLIGHT, in_flight end
  if first then return DISTINCT, first end
  if tally.matches <= skipped then return AFTER, tally.matches end
  local rest = (tally.matches - skipped) % candidate.every
  if rest ~= 0 then return EVERY, rest end
  if candidate.threshold and chance(candidate.draw_key, tally.matches) >= candidate.threshold then return DRAWN, 0 end
  if candidate.times and tally.turns >= candidate.times then return TIMES, tally.turns end
  tally.turns = tally.turns + 1
end
