--[[ save: keeps a call, unless a later state of it is kept already.
     KEYS  1 prefix of the account, "hark:{phone:<account>}"
     ARGV  1 call  2 version  3 CallRecord bytes  4 '1' if it is over and everything done  5 seconds to keep it then
     Returns {'1' kept | '0' a later one was} ]]
local key, live = KEYS[1] .. ':call:' .. ARGV[1], KEYS[1] .. ':live'
local before = redis.call('HGET', key, 'v')
if before and tonumber(before) >= tonumber(ARGV[2]) then return { '0' } end
redis.call('HSET', key, 'v', ARGV[2], 'b', ARGV[3])
if ARGV[4] == '1' then
  redis.call('SREM', live, ARGV[1])
  redis.call('EXPIRE', key, ARGV[5])
else
  redis.call('SADD', live, ARGV[1])
  redis.call('PERSIST', key)
end
return { '1' }
