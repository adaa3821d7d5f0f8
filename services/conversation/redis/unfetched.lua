--[[ unfetched: tells of replies that have lain ready for customers who did not come, each once.
     ARGV  1 now  2 what lies there since this time or longer  3 most
     Returns {since when the longest waiting of what is left waits, or ''} ]]
local key = P .. 'unfetched'
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])) do
  local since = redis.call('ZSCORE', key, entry)
  redis.call('ZREM', key, entry)
  local o = redis.call('HMGET', P .. 'out:' .. entry, 'con', 'agent', 'account', 'state')
  if o[4] == '2' then
    redis.call('HSET', P .. 'fold:' .. o[1], entry .. ':w', since)
    emit(30, { 'c', o[1], 'e', entry, 'g', o[2], 'u', o[3] })
  end
end
local left = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
return { left[2] or '' }
