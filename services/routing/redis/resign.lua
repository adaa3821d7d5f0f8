--[[ resign: gives the lease back, if it is ours.
     KEYS[1] the shard's prefix
     ARGV  1 instance
     Returns 1 if it was, else 0 ]]
local P = KEYS[1] .. ':'
local held = redis.call('GET', P .. 'leader')
if not held or string.match(held, '^%d+ (.*)$') ~= ARGV[1] then return 0 end
return redis.call('DEL', P .. 'leader')
