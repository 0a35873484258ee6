-- Note digests of files by tenant id ('' for a file that is gone); list the ids for which this is news.
-- A file of the whole that nobody knew is none: its tenant is as at the start already.
-- ARGV: 2 'whole' if other ids have no file, 'look' to note nothing of the whole, 3... ids and digests
local files, changed, given = key('files'), {}, {}
local whole_given, writes = ARGV[2] ~= '', ARGV[2] ~= 'look'

local function set(id, digest)
  if not writes then return end
  if digest == '' then redis.call('HDEL', files, id) else redis.call('HSET', files, id, digest) end
end

for i = 3, #ARGV, 2 do
  local id, digest = ARGV[i], ARGV[i + 1]
  local before = redis.call('HGET', files, id) or ''
  given[id] = true
  if before ~= digest then
    set(id, digest)
    if before ~= '' or not whole_given then changed[#changed + 1] = id end
  end
end
if whole_given then
  for _, id in ipairs(redis.call('HKEYS', files)) do
    if not given[id] then
      set(id, '')
      changed[#changed + 1] = id
    end
  end
end
return changed
