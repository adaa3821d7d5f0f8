--[[ fence: raises the partition's fence to the token of a new routing leader.
     ARGV  1 now  2 token
     Returns {'ok'} | {'stale_fence', fence} ]]
local fence = redis.call('GET', P .. 'fence')
if fence and tonumber(ARGV[2]) < tonumber(fence) then return { 'stale_fence', fence } end
redis.call('SET', P .. 'fence', ARGV[2])
return { 'ok' }
