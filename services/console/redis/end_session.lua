--[[ end_session: no token of this session signs in any more.
     KEYS[1] hark:{desk:<agent>}
     ARGV  1 session id  2 when its last token expires, ms  3 now, ms
     <KEYS[1]>:ended  zset  session id by that time; what has expired is forgotten
     Returns 1 ]]
local key = KEYS[1] .. ':ended'
redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[3])
redis.call('ZADD', key, ARGV[2], ARGV[1])
return 1
