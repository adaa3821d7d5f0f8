--[[ claim_agent: an agent belongs to one shard, for good: the first that asks.
     KEYS[1] the first shard's prefix
     ARGV  1 agent  2 number of the shard that asks; '' asks for nobody
     Returns the number of the agent's shard; nothing if there is no such agent and nobody asked ]]
local P = KEYS[1] .. ':'
local known = redis.call('HGET', P .. 'shard_of', ARGV[1])
if known then return known end
if redis.call('EXISTS', P .. 'agent:' .. ARGV[1]) == 1 then return '0' end
if ARGV[2] == '' then return false end
redis.call('HSET', P .. 'shard_of', ARGV[1], ARGV[2])
return ARGV[2]
