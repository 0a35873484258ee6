-- An exchange on record whose rules did nothing. After the time: tenant, version, epoch, whether the version was
-- checked; tenant, time, charge and bytes of the entry. Returns its number; nil where the tenant has changed.
if not is_current(ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1') then return nil end
return journal_add(ARGV[6], tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9])
