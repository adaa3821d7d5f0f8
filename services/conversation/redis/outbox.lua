--[[ outbox: what waits to go out of one partition, leased or not, by accounts. Changes nothing.
     ARGV  1 now  2.. accounts
     Returns for each {how many, the oldest entry or ''}; of a longer queue the oldest of the 1000 that are due first ]]
local found = {}
for i = 2, #ARGV do
  local queue = P .. 'outq:' .. ARGV[i]
  local oldest = ''
  for _, entry in ipairs(redis.call('ZRANGE', queue, 0, 999)) do
    if oldest == '' or entry < oldest then oldest = entry end
  end
  found[i - 1] = { redis.call('ZCARD', queue), oldest }
end
return found
