-- Note digests of files by tenant id ('' for a file that is gone); list the ids for which this is news.
-- A file of the whole that nobody knew is none: its tenant is as at the start already.
-- ARGV: 2 'whole' if other ids have no file, 3... ids and digests
local files, changed, given = key('files'), {}, {}
for i = 3, #ARGV, 2 do
  local id, digest = ARGV[i], ARGV[i + 1]
  local before = redis.call('HGET', files, id) or ''
  given[id] = true
  if before ~= digest then
    if digest == '' then redis.call('HDEL', files, id) else redis.call('HSET', files, id, digest) end
    if before ~= '' or ARGV[2] ~= 'whole' then changed[#changed + 1] = id end
  end
end
if ARGV[2] == 'whole' then
  for _, id in ipairs(redis.call('HKEYS', files)) do
    if not given[id] then
      redis.call('HDEL', files, id)
      changed[#changed + 1] = id
    end
  end
end
return changed
