-- The judgement of a credential. After the time: tenant, version, epoch, then 'token', its text, worth, number
-- ('' for none), whether a newer one ends it, uses ('' for any number), whether it is used by this; or 'secret',
-- whether it is right, wrong ones that lock ('' for never), whether a token is issued. Returns nil where the tenant
-- is no longer as it was read, else a verdict as a digit, and the number of the token to issue.
local GOOD, EXPIRED, WRONG, LOCKED = '0', '2', '1', '2' -- Places among the verdicts of tokens and of secrets.
local tenant, epoch = ARGV[2], tonumber(ARGV[4])
if not is_current(tenant, tonumber(ARGV[3]), epoch, false) then return nil end

local function token(text, worth, number, single, uses, is_use)
  local counts = counts_find(tenant, epoch)
  local ended = counts and redis.call('HGET', key('c:' .. counts .. ':e'), text)
  if ended then return ended end
  if worth ~= GOOD then return worth end
  local latest = counts and single == '1' and redis.call('HGET', key('c:' .. counts), 'latest')
  if latest and number ~= '' and number ~= latest then return EXPIRED end
  if uses == '' then return GOOD end
  local used = counts and tonumber(redis.call('HGET', key('c:' .. counts .. ':u'), text)) or 0
  if used >= tonumber(uses) then return EXPIRED end
  if is_use == '1' then
    put(counts_make(tenant, epoch) .. ':u', text, whole(used + 1), MOST_TOKENS)
  end
  return GOOD
end

local function secret(right, lock_after, issues)
  local counts = counts_make(tenant, epoch)
  local of = key('c:' .. counts)
  local wrong = lock_after ~= '' and tonumber(redis.call('HGET', of, 'wrong') or 0)
  if wrong and wrong >= tonumber(lock_after) then return LOCKED, 0 end
  if right ~= '1' then
    redis.call('HINCRBY', of, 'wrong', 1)
    return WRONG, 0
  end
  redis.call('HDEL', of, 'wrong')
  if issues ~= '1' then return GOOD, 0 end
  local number = redis.call('HINCRBY', key('tokens'), tenant, 1) - 1
  redis.call('HSET', of, 'latest', whole(number))
  return GOOD, number
end

local judge = ARGV[5] == 'token' and token or secret
local verdict, number = judge(unpack(ARGV, 6))
return {verdict, number or 0}
