--[[ fence: raises the partition's fence of a routing shard to the token of its new leader.
     ARGV  1 now  2 token
     Returns {'ok'} | {'stale_fence', fence} ]]
local key = fence_of(ARGV[2])
local fence = redis.call('GET', key)
if fence and tonumber(ARGV[2]) < tonumber(fence) then return { 'stale_fence', fence } end
redis.call('SET', key, ARGV[2])
return { 'ok' }
