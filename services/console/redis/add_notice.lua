--[[ add_notice: puts something before an agent, once.
     KEYS[1] hark:{desk:<agent>}
     ARGV  1 notice id  2 at, ms  3 Notice bytes  4 most notices remembered
     <KEYS[1]>:notices  hash  id -> Notice bytes, '' once seen
     <KEYS[1]>:noticed  zset  id by time; the oldest are forgotten beyond the most
     Returns 'new', or of one that was there before 'unseen' or 'seen' ]]
local bodies, times = KEYS[1] .. ':notices', KEYS[1] .. ':noticed'
if redis.call('HSETNX', bodies, ARGV[1], ARGV[3]) == 0 then
  return redis.call('HGET', bodies, ARGV[1]) == '' and 'seen' or 'unseen'
end
redis.call('ZADD', times, ARGV[2], ARGV[1])
local over = redis.call('ZCARD', times) - tonumber(ARGV[4])
if over > 0 then
  for _, id in ipairs(redis.call('ZRANGE', times, 0, over - 1)) do
    redis.call('HDEL', bodies, id)
    redis.call('ZREM', times, id)
  end
end
return 'new'
