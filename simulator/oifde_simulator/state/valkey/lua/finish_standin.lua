-- Stand-in: time, tenant, number, outcome.
journal_finish(ARGV[2], tonumber(ARGV[3]), ARGV[4])
