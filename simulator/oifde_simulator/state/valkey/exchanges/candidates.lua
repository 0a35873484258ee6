-- Read candidates from the arguments. Each is: its settings, rule, value, and what the settings say that it has:
-- b the state that it becomes, s the state that it wants, P the key of its chance, D a value that is seen.
-- Settings are letters with numbers, as in "A2 T1 b": candidates.py writes them.
local NUMBERS = {A = 'after', V = 'every', P = 'threshold', T = 'times', I = 'in_flight', D = 'distinct', X = 'timed'}
local RATE = {L = 'limit', W = 'window', U = 'ends'}
local FLAGS = {m = 'moves_only', a = 'also', h = 'head_only', n = 'sends_no_head'}
local TEXTS = {b = 'becomes', s = 'state_is', P = 'draw_key', D = 'seen'}

local function read_candidate(place)
  local candidate = {rule = ARGV[place + 1], value = ARGV[place + 2], after = 0, every = 1}
  local settings = ARGV[place]
  place = place + 3
  for letter, number in string.gmatch(settings, '(%a)(-?%d*)') do
    if NUMBERS[letter] then
      candidate[NUMBERS[letter]] = tonumber(number)
    elseif RATE[letter] then
      candidate.rate = candidate.rate or {}
      candidate.rate[RATE[letter]] = tonumber(number)
    elseif letter == 'E' then
      candidate.rate.enforce = true
    elseif letter == 'S' then
      candidate.rate.slide = true
    elseif FLAGS[letter] then
      candidate[FLAGS[letter]] = true
    end
    if TEXTS[letter] then
      candidate[TEXTS[letter]] = ARGV[place]
      place = place + 1
    end
  end
  return candidate, place
end
