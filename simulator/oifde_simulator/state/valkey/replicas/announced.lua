-- Present values of all topics, and the store's time in milliseconds.
return {whole(store_time()), redis.call('HVALS', key('announcements'))}
