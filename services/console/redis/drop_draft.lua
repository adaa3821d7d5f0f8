--[[ drop_draft: the draft has been sent.
     KEYS[1] hark:{desk:<agent>}
     ARGV  1 conversation  2 entry answered, or ''
     Returns its last revision, 0 if there was none; one more than before if there was something to drop ]]
local key = KEYS[1] .. ':drafts:' .. ARGV[1]
local r, d = 'r:' .. ARGV[2], 'd:' .. ARGV[2]
if redis.call('HDEL', key, d) == 0 then return tonumber(redis.call('HGET', key, r) or '0') end
local revision = redis.call('HINCRBY', key, 'next', 1)
redis.call('HSET', key, r, revision)
return revision
