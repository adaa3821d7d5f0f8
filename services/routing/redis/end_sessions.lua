--[[ end_sessions: everything that the agent signed in to before is over.
     KEYS[1] the shard's prefix
     ARGV  1 id
     Returns the generation of sessions that begin from now on, or 0 if there is no such agent ]]
local key = KEYS[1] .. ':agent:' .. ARGV[1]
if redis.call('EXISTS', key) == 0 then return 0 end
return redis.call('HINCRBY', key, 'generation', 1)
