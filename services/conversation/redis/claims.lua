--[[ claims: notes which further addresses a sender is known or thought to have.
     ARGV  1 now  2 conversation  3 most possible matches  4 number of addresses that are the customer's own, then those
           then pairs of address, why: possible matches
     Returns {'ok'} ]]
local conversation = ARGV[2]
local joined = tonumber(ARGV[4])
local matches = P .. 'mat:' .. conversation
for i = 5, 4 + joined do
  redis.call('HSET', P .. 'adr:' .. conversation, ARGV[i], '1')
  redis.call('HDEL', matches, ARGV[i])
end
for i = 5 + joined, #ARGV, 2 do
  if redis.call('HLEN', matches) < tonumber(ARGV[3]) then redis.call('HSETNX', matches, ARGV[i], ARGV[i + 1]) end
end
return { 'ok' }
