--[[ tickets: many tickets of one partition as they are now, in one round trip. Changes nothing.
     ARGV  1 now  2.. ticket ids
     Returns for each its hash as a flat list, empty if there is no such ticket ]]
local found = {}
for i = 2, #ARGV do found[i - 1] = redis.call('HGETALL', P .. 'tkt:' .. ARGV[i]) end
return found
